using System.Text;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>Content-Disposition: which bodies must be understood (RFC 3261 20.11, RFC 5621).</summary>
public sealed class BodyHandlingTests
{
    private const string Unknown = "application/x-unknown";

    private static readonly SipCapabilities s_capabilities = new()
    {
        Methods = [SipMethods.Message],
        ContentTypes = ["application/sdp", "application/x-known"],
    };

    [Theory]
    [InlineData(null, 415)]
    [InlineData("render", 415)]
    [InlineData("session;handling=required", 415)]
    [InlineData("session;handling=else", 415)]
    [InlineData("session;handling=\"required\"", 415)]
    [InlineData("session;x=\";handling=optional\"", 415)]
    [InlineData("\"session;handling=optional", 415)]
    [InlineData("session;handling=optional", 0)]
    [InlineData("session ; HANDLING = Optional", 0)]
    [InlineData("session;handling=\"optional\";x=y", 0)]
    public void An_unknown_body_or_part_is_refused_unless_its_handling_is_optional(string? disposition, int status)
    {
        SipRequest single = Request(Unknown, "x");
        if (disposition is not null)
            single.Headers.Add("Content-Disposition", disposition);
        AssertRefusal(status, single);

        string header = disposition is null ? "" : $"Content-Disposition: {disposition}\n";
        AssertRefusal(status, Multipart("mixed", $"Content-Type: application/sdp\n\nv=0", $"Content-Type: {Unknown}\n{header}\nx"));
    }

    [Fact]
    public void A_part_without_type_is_text_and_must_be_understood_too() =>
        AssertRefusal(415, Multipart("mixed", "Content-Type: application/sdp\n\nv=0", "\nhello"));

    [Theory]
    [InlineData("alternative", 0)]
    [InlineData("related", 0)]
    [InlineData("mixed", 415)]
    public void Of_alternatives_and_related_parts_not_all_need_be_known(string subtype, int status) =>
        AssertRefusal(status, Multipart(subtype, "Content-Type: application/sdp\n\nv=0", $"Content-Type: {Unknown}\n\nx"));

    [Fact]
    public void The_root_of_related_parts_must_be_known() =>
        AssertRefusal(415, Multipart("related", $"Content-Type: {Unknown}\n\nx", "Content-Type: application/sdp\n\nv=0"));

    [Fact]
    public void An_optional_multipart_makes_its_parts_optional()
    {
        const string inner = "--i\nContent-Type: application/x-unknown\n\nx\n--i--";
        AssertRefusal(415, Multipart("mixed", "Content-Type: application/sdp\n\nv=0", $"Content-Type: multipart/mixed;boundary=i\n\n{inner}"));
        AssertRefusal(0, Multipart("mixed", "Content-Type: application/sdp\n\nv=0",
            $"Content-Type: multipart/mixed;boundary=i\nContent-Disposition: session;handling=optional\n\n{inner}"));
    }

    [Theory]
    [InlineData("cid:part.1%40example.org", true)]
    [InlineData("CID:part.1@example.org", true)]
    [InlineData("cid:p%61rt.1@example.org", true)]
    [InlineData("cid:part.2@example.org", false)]
    [InlineData("cid:<part.1@example.org>", false)]
    [InlineData("cid:part.1%4", false)]
    [InlineData("part.1@example.org", false)]
    public void A_part_is_found_by_its_percent_encoded_reference(string reference, bool found)
    {
        SipRequest request = Multipart("mixed", "Content-Type: application/x-known\nContent-ID: <part.1@example.org>\n\nx");
        Assert.Equal(found, Assert.Single(MultipartBody.PartsOf(request)).IsNamedBy(reference));
        Assert.False(new MimePart(Unknown, default).IsNamedBy(reference));
    }

    private static void AssertRefusal(int status, SipRequest request)
    {
        SipResponse? refusal = s_capabilities.Refusal(request);
        Assert.Equal(status, refusal?.Status ?? 0);
        if (refusal is not null)
            Assert.Equal(s_capabilities.ContentTypes, refusal.Headers.GetAll("Accept"));
    }

    private static SipRequest Multipart(string subtype, params string[] parts) =>
        Request($"multipart/{subtype};boundary=b", string.Concat(parts.Select(part => $"--b\n{part}\n")) + "--b--\n");

    private static SipRequest Request(string contentType, string body)
    {
        var request = new SipRequest(SipMethods.Message, "sip:mcptt@mcx.example");
        request.SetBody(contentType, Encoding.ASCII.GetBytes(body.Replace("\n", "\r\n", StringComparison.Ordinal)));
        return request;
    }
}
