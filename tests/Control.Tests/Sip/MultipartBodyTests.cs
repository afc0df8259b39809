using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

public sealed class MultipartBodyTests
{
    private static bool TryParse(string body, out IReadOnlyList<MimePart> parts, string contentType = "multipart/mixed;boundary=b1") =>
        MultipartBody.TryParse(contentType, SipText.Bytes(body), out parts);

    private static string Text(MimePart part) => Encoding.UTF8.GetString(part.Body.Span);

    [Fact]
    public void Preamble_epilogue_and_white_space_after_a_delimiter_are_ignored()
    {
        Assert.True(TryParse("preamble --b1\n--b1 \t\nContent-Type: application/sdp\n\nv=0\n\n--b1\nc: x\n\nno\n--b1--  \nepilogue\n--b1\n",
            out IReadOnlyList<MimePart> _) is false, "single-letter header names are no MIME");
        Assert.True(TryParse("preamble --b1\n--b1 \t\nContent-Type: application/sdp\n\nv=0\n\n--b1\n\nplain\n--b1--  \nepilogue\n--b1\n",
            out IReadOnlyList<MimePart> parts));
        Assert.Equal(2, parts.Count);
        Assert.Equal(("application/sdp", "v=0\r\n"), (parts[0].MediaType, Text(parts[0])));
        Assert.Equal(("text/plain", "plain"), (parts[1].ContentType, Text(parts[1])));
    }

    [Fact]
    public void The_delimiter_inside_a_line_or_as_a_prefix_of_another_is_content()
    {
        Assert.True(TryParse("--b1\n\nx --b1 y\n--b1x\n--b1\n\n--b1--", out IReadOnlyList<MimePart> parts));
        Assert.Equal("x --b1 y\r\n--b1x", Text(parts[0]));
        Assert.Equal("", Text(parts[1]));
    }

    [Theory]
    [InlineData("multipart/mixed")]
    [InlineData("multipart/mixed;boundary=")]
    [InlineData("multipart/mixed;boundary=\"a b \"")]
    [InlineData("multipart/mixed;boundary=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"")]
    [InlineData("text/plain;boundary=b1")]
    [InlineData("multipart/mixed;boundary=\"b1")]
    public void Unusable_content_types_are_refused(string contentType) => Assert.False(TryParse("--b1\n\nx\n--b1--", out _, contentType));

    [Theory]
    [InlineData("")]
    [InlineData("no delimiter")]
    [InlineData("--b1--")]
    [InlineData("--b1\n\nnever closed\n")]
    [InlineData("--b1\nContent-Transfer-Encoding: base64\n\n****\n--b1--")]
    [InlineData("--b1\nContent-Transfer-Encoding: uuencode\n\nx\n--b1--")]
    [InlineData("--b1\nContent-Transfer-Encoding: quoted-printable\n\n=4\n--b1--")]
    [InlineData("--b1\nno colon\n\nx\n--b1--")]
    public void Malformed_bodies_are_refused(string body) => Assert.False(TryParse(body, out _));

    [Fact]
    public void Transfer_encodings_are_undone()
    {
        Assert.True(TryParse("--b1\nContent-Transfer-Encoding: BASE64\n\naGVs\nbG8=\n--b1\nContent-Transfer-Encoding: quoted-printable\n\n" +
            "a=3Db=\nc\n--b1--\n", out IReadOnlyList<MimePart> parts));
        Assert.Equal(["hello", "a=bc"], parts.Select(Text));
    }

    [Fact]
    public void Quoted_boundaries_and_nested_multiparts_are_read_to_the_third_level()
    {
        string third = "--c\n\nleaf\n--c--";
        string second = $"--b\nContent-Type: multipart/mixed;boundary=c\n\n{third}\n--b--";
        string first = $"--a:a\nContent-Type: multipart/related; boundary=\"b\"\n\n{second}\n--a:a\nContent-ID: <x>\n\nlast\n--a:a--";
        var request = new SipRequest("MESSAGE", "sip:x@example.org");
        request.SetBody("multipart/mixed; charset=x; boundary=\"a:a\"", SipText.Bytes(first));
        Assert.True(MultipartBody.TryPartsOf(request, out IReadOnlyList<MimePart> leaves));
        Assert.Equal(["leaf", "last"], leaves.Select(Text));
        Assert.Equal("<x>", leaves[1].ContentId);
        string fourth = first.Replace("Content-Type: multipart/mixed;boundary=c\n\n" + third,
            "Content-Type: multipart/mixed;boundary=c\n\n--c\nContent-Type: multipart/mixed;boundary=d\n\n--d\n\nx\n--d--\n--c--", StringComparison.Ordinal);
        request.SetBody("multipart/mixed;boundary=\"a:a\"", SipText.Bytes(fourth));
        Assert.False(MultipartBody.TryPartsOf(request, out _));
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void Parts_are_bounded(int count, bool accepted) =>
        Assert.Equal(accepted, TryParse(string.Concat(Enumerable.Repeat("--b1\n\nx\n", count)) + "--b1--", out _));

    [Fact]
    public void Parts_and_levels_are_bounded_as_configured()
    {
        byte[] nested = SipText.Bytes("--b1\nContent-Type: multipart/related;boundary=i\n\n--i\n\nx\n--i--\n--b1--\n");
        Assert.True(MultipartBody.TryParse("multipart/mixed;boundary=b1", nested, out _, new SipLimits { MaxParts = 2, MaxPartLevels = 2 }));
        Assert.False(MultipartBody.TryParse("multipart/mixed;boundary=b1", nested, out _, new SipLimits { MaxParts = 1 }));
        Assert.False(MultipartBody.TryParse("multipart/mixed;boundary=b1", nested, out _, new SipLimits { MaxPartLevels = 1 }));
    }

    [Fact]
    public void A_single_body_is_one_part_and_an_untyped_one_none()
    {
        var request = new SipRequest("MESSAGE", "sip:x@example.org");
        Assert.True(MultipartBody.TryPartsOf(request, out IReadOnlyList<MimePart> parts));
        Assert.Empty(parts);
        request.SetBody("Application/SDP ;charset=utf-8", "v=0"u8.ToArray());
        Assert.Equal("application/sdp", Assert.Single(MultipartBody.PartsOf(request)).MediaType);
        request.Headers.Remove("Content-Type");
        Assert.False(MultipartBody.TryPartsOf(request, out _));
    }

    [Fact]
    public void Composed_bodies_parse_back_even_when_a_part_holds_the_likely_boundary()
    {
        MimePart[] plain = [new("application/sdp", "v=0\r\n"u8.ToArray()), new("application/vnd.3gpp.mcptt-info+xml", "<a/>"u8.ToArray())];
        byte[] first = MultipartBody.Compose(plain, out string contentType);
        Assert.Equal(first, MultipartBody.Compose(plain, out _));
        MimePart[] nested = [new(contentType, first), new("text/plain", Encoding.ASCII.GetBytes("\r\n--" + contentType[(contentType.IndexOf('=', StringComparison.Ordinal) + 1)..]))];
        byte[] outer = MultipartBody.Compose(nested, out string outerType);
        Assert.True(MultipartBody.TryParse(outerType, outer, out IReadOnlyList<MimePart> parts));
        Assert.Equal(2, parts.Count);
        Assert.Equal(plain.Select(Text), parts[0].Parts.Select(Text));
        Assert.Throws<ArgumentException>(() => MultipartBody.Compose([new("text/plain", "x\r\n--mark\r\n"u8.ToArray())], "mark", out _));
    }

    [Fact]
    public void Any_octets_survive_composing_and_parsing() => Prop.ForAll<byte[][], bool>((bodies, base64) =>
    {
        MimePart[] parts = [.. bodies.Take(30).Select(body => new MimePart("application/octet-stream", body))];
        if (parts.Length == 0)
            return true;
        foreach (MimePart part in parts)
            part.Headers.Set("Content-Transfer-Encoding", base64 ? "base64" : "binary");
        byte[] composed = MultipartBody.Compose(parts, out string contentType);
        return MultipartBody.TryParse(contentType, composed, out IReadOnlyList<MimePart> read) &&
            read.Select(part => part.Body.ToArray()).Zip(parts, (a, b) => a.AsSpan().SequenceEqual(b.Body.Span)).All(same => same) &&
            read.Count == parts.Length;
    }).Check(Config.QuickThrowOnFailure);
}
