using System.Text;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>RFC 4475-like cases, own messages.</summary>
public sealed class SipParserTests
{
    private const string Odd = "INVITE sip:vivian@example.org;unknown=p SIP/2.0\n" +
        "TO:\n sip:vivian@example.org ;   tag    = 1918181833n\n" +
        "from:   \"J Rosen \\\\\\\"\"       <sip:jd@example.org>\n  ;\n  tag = 98asjd8\n" +
        "MaX-fOrWaRdS: 0068\n" +
        "Call-ID:   odd.0ha0isndaksdj@192.0.2.1\n" +
        "CSeq: 0009\n  INVITE\n" +
        "v:  SIP  / 2.0\n /UDP\n    192.0.2.2;branch=390skdjuw\n" +
        "s:\nNewFangledHeader:   value\n continued value\n" +
        "v:    SIP  / 2.0  / TCP     spindle.example.org   ;\n  branch  =   z9hG4bK9ikj8  ,\n" +
        " SIP  /    2.0   / UDP  192.168.255.111   ; branch=\n z9hG4bK30239\n" +
        "m:\"Quoted string \\\"\\\"\" <sip:jd@example.org> ; newparam =\n      newvalue ;\n  secondparam ; q = 0.33\n" +
        "c: application/sdp\nl: 4\n\nv=0\n";

    [Fact]
    public void Odd_white_space_folds_and_compact_forms_are_read()
    {
        SipRequest request = SipText.Request(Odd[..^1] + "x");
        Assert.Equal("1918181833n", request.To!.Tag);
        Assert.Equal("J Rosen \\\"", request.From!.DisplayName);
        Assert.Equal("98asjd8", request.From.Tag);
        Assert.Equal((9u, "INVITE"), request.CSeq);
        Assert.Equal("390skdjuw", request.TopVia!.Branch);
        Assert.False(request.TopVia.HasMagicBranch);
        Assert.Equal(3, request.Headers.GetAll("Via").Count);
        Assert.True(SipVia.TryParse(request.Headers.GetAll("v")[1], out SipVia? second));
        Assert.Equal("spindle.example.org", second.Host);
        Assert.Equal("z9hG4bK9ikj8", second.Branch);
        Assert.Equal("value continued value", request.Headers.Get("newfangledheader"));
        Assert.Equal("", request.Headers.Get("Subject"));
        Assert.Equal("application/sdp", request.ContentType);
        Assert.Equal("v=0x", Encoding.ASCII.GetString(request.Body.Span));
    }

    [Fact]
    public void Escaped_nul_is_kept_and_a_raw_one_is_refused()
    {
        SipRequest request = SipText.Request(SipText.Minimal("REGISTER", "Contact: <sip:%00%00@host.example.org>\nContent-Length: 0\n\n"));
        Assert.Contains("%00%00", request.Headers.Get("Contact"), StringComparison.Ordinal);
        Assert.Equal(SipParseOutcome.BadRequest, SipText.Parse(SipText.Minimal("OPTIONS", "Subject: a\0b\nContent-Length: 0\n\n"), out _));
        Assert.Equal(SipParseOutcome.BadRequest, SipText.Parse(SipText.Minimal(callId: "a\0b", extraHeaders: "\n"), out SipMessage? message));
        Assert.False(message!.Headers.Contains("Call-ID"));
    }

    [Theory]
    [InlineData("Content-Length : 0\n\n")]
    [InlineData("X-Bypass-Me : yes\nContent-Length: 0\n\n")]
    [InlineData("Content-Length: 0\nContent-Length: 0\n\n")]
    [InlineData("Content-Length: 0\nl: 4\n\nbody")]
    [InlineData("Content-Length: -1\n\n")]
    [InlineData("Content-Length: +0\n\n")]
    [InlineData("Content-Length: 0x0\n\n")]
    [InlineData("Content-Length: 99999999999999999999\n\n")]
    [InlineData("Content-Length: 10\n\nshort")]
    [InlineData("Content-Length: 0\nno colon here\n\n")]
    [InlineData("Content-Length: 0\nBad Name: x\n\n")]
    [InlineData("Content-Length: 0\n: x\n\n")]
    [InlineData("Content-Length: 0\nContact: \"Joe <sip:joe@example.org>\n\n")]
    [InlineData("Content-Length: 0\nContact: sip:user@example.org?Route=%3Csip:x.example.org%3E\n\n")]
    [InlineData("Content-Length: 0\nExpires: 1\nExpires: 2\n\n")]
    [InlineData("Content-Length: 0\n")]
    public void Faulty_headers_are_answered_400(string tail)
    {
        Assert.Equal(SipParseOutcome.BadRequest, SipText.Parse(SipText.Minimal("OPTIONS", tail), out SipMessage? message));
        var request = Assert.IsAssignableFrom<SipRequest>(message);
        Assert.Equal(400, SipResponse.For(request, 400).Status);
        Assert.Equal("c1@example.org", SipResponse.For(request, 400).CallId);
    }

    [Theory]
    [InlineData("Max-Forwards: 70", "Max-Forwards: 300")]
    [InlineData("Max-Forwards: 70", "Max-Forwards: -1")]
    [InlineData("CSeq: 1 OPTIONS", "CSeq: 36893488147419103232 OPTIONS")]
    [InlineData("CSeq: 1 OPTIONS", "CSeq: 2147483648 OPTIONS")]
    [InlineData("CSeq: 1 OPTIONS", "CSeq: 1 INVITE")]
    [InlineData("Via: SIP/2.0/UDP", "Via: SIP/3.0/UDP")]
    [InlineData("CSeq: 1 OPTIONS", "CSeq: OPTIONS")]
    [InlineData("To: <sip:service@example.org>", "To: \"Mr. J. User <sip:j.user@example.org>")]
    [InlineData("To: <sip:service@example.org>", "To: \"Watson, Thomas\" < sip:t.watson@example.org >")]
    [InlineData("From: <sip:a@example.org>;tag=fa", "From: Bell, Alexander <sip:a.g.bell@example.org>;tag=43")]
    [InlineData("OPTIONS sip:service@example.org SIP/2.0", "OPTIONS <sip:service@example.org> SIP/2.0")]
    [InlineData("OPTIONS sip:service@example.org SIP/2.0", "OPTIONS sip:service@example.org; lr SIP/2.0")]
    [InlineData("OPTIONS sip:service@example.org SIP/2.0", "OPTIONS  sip:service@example.org  SIP/2.0")]
    [InlineData("OPTIONS sip:service@example.org SIP/2.0", "OPTIONS sip:service@example.org SIP/2.0  ")]
    [InlineData("OPTIONS sip:service@example.org SIP/2.0", "OPTIONS sip:service@example.org?Route=%3Csip:example.org%3E SIP/2.0")]
    public void Faulty_mandatory_parts_are_answered_400(string good, string bad)
    {
        string text = SipText.Minimal("OPTIONS", "Content-Length: 0\n\n");
        Assert.Equal(SipParseOutcome.Ok, SipText.Parse(text, out _));
        Assert.Contains(good, text, StringComparison.Ordinal);
        Assert.Equal(SipParseOutcome.BadRequest, SipText.Parse(text.Replace(good, bad, StringComparison.Ordinal), out _));
    }

    [Theory]
    [InlineData("7.0")]
    [InlineData("1.0")]
    public void Another_version_is_answered_505(string version) => Assert.Equal(SipParseOutcome.UnsupportedVersion,
        SipText.Parse(SipText.Minimal("OPTIONS", "Content-Length: 0\n\n").Replace("org SIP/2.0", "org SIP/" + version, StringComparison.Ordinal),
            out _));

    [Theory]
    [InlineData("")]
    [InlineData("garbage\n\n")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\n\n")]
    [InlineData("SIP/2.0 4294967301 better not break the receiver\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\n\n")]
    [InlineData("SIP/2.0 42 OK\n\n")]
    [InlineData("GET / HTTP/1.1\nHost: a\n\n")]
    public void What_cannot_be_answered_is_dropped(string text) =>
        Assert.True(SipText.Parse(text, out SipMessage? message) is SipParseOutcome.Malformed or SipParseOutcome.Empty && message is null);

    [Fact]
    public void A_faulty_ack_or_response_is_never_answered()
    {
        Assert.Equal(SipParseOutcome.Malformed, SipText.Parse(SipText.Minimal("ACK", "Content-Length: -1\n\n"), out _));
        Assert.Equal(SipParseOutcome.Malformed, SipText.Parse(SipText.Minimal("OPTIONS", "Content-Length: -1\n\n")
            .Replace("OPTIONS sip:service@example.org SIP/2.0", "SIP/2.0 200 OK", StringComparison.Ordinal), out _));
    }

    [Fact]
    public void Octets_after_content_length_of_a_datagram_are_discarded()
    {
        SipRequest request = SipText.Request(SipText.Minimal("MESSAGE", "Content-Length: 2\n\nhiOPTIONS sip:x SIP/2.0\n\n"));
        Assert.Equal("hi", Encoding.ASCII.GetString(request.Body.Span));
    }

    [Fact]
    public void Bare_line_feeds_do_not_end_a_header()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(
            Encoding.ASCII.GetString(SipText.Bytes(SipText.Minimal())) + "Subject: a\nX-Trust: yes\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal(SipParseOutcome.BadRequest, SipParser.TryParse(bytes, SipLimits.Default, out SipMessage? message));
        Assert.False(message!.Headers.Contains("X-Trust"));
    }

    [Fact]
    public void White_space_before_a_colon_is_allowed_only_when_asked_for()
    {
        byte[] bytes = SipText.Bytes(SipText.Minimal("OPTIONS", "Subject : x\nContent-Length: 0\n\n"));
        Assert.Equal(SipParseOutcome.BadRequest, SipParser.TryParse(bytes, SipLimits.Default, out _));
        Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(bytes, new SipLimits { AllowWhiteSpaceBeforeColon = true }, out SipMessage? m));
        Assert.Equal("x", m!.Headers.Get("Subject"));
    }

    [Fact]
    public void Limits_hold()
    {
        string many = string.Concat(Enumerable.Range(0, 300).Select(i => $"X-{i}: y\n"));
        Assert.Equal(SipParseOutcome.BadRequest, SipText.Parse(SipText.Minimal("OPTIONS", many + "Content-Length: 0\n\n"), out SipMessage? m));
        Assert.Equal(SipLimits.Default.MaxHeaders, m!.Headers.Count);
        Assert.Equal(SipParseOutcome.BadRequest,
            SipText.Parse(SipText.Minimal("OPTIONS", $"X: {new string('a', 9000)}\nContent-Length: 0\n\n"), out _));
        Assert.Equal(SipParseOutcome.TooLarge,
            SipText.Parse(SipText.Minimal("OPTIONS", $"X: {new string('a', 40000)}\nContent-Length: 0\n\n"), out _));
        Assert.Equal(SipParseOutcome.TooLarge, SipParser.TryParse(new byte[65537], SipLimits.Default, out _));
        string longUri = SipText.Minimal("OPTIONS", "Content-Length: 0\n\n")
            .Replace("sip:service@example.org SIP", $"sip:{new string('u', 3000)}@example.org SIP", StringComparison.Ordinal);
        Assert.Equal(SipParseOutcome.BadRequest, SipText.Parse(longUri, out _));
    }

    [Fact]
    public void Unusual_but_valid_messages_are_accepted()
    {
        SipText.Request("!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:" +
            "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.org SIP/2.0\nVia: SIP/2.0/TCP h1.example.org;branch=z9hG4bK-.!%66*_+`'~\n" +
            "To: \"BEL:\\\u0007 NUL:\\\u0001 DEL:\\\u007F\" <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.org>\n" +
            "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.org>;fromParam''~+*_!.-%=\"\u0440\";tag=_token~1'+`*%!-.\n" +
            "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\nCSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\n" +
            "Max-Forwards: 255\nextensionHeader-!.%*+_`'~:\u00e9\u4e2d\nContent-Length: 0\n\n");
        SipText.Request(SipText.Minimal("OPTIONS", "Content-Length: 0\n\n").Replace(";tag=fa", "", StringComparison.Ordinal));
        SipText.Request(SipText.Minimal("OPTIONS", "Content-Length: 0\n\n").Replace("sip:service@", "nobodyKnowsThisScheme:service@", StringComparison.Ordinal));
        SipText.Response(SipText.Minimal("OPTIONS", "Content-Length: 0\n\n")
            .Replace("OPTIONS sip:service@example.org SIP/2.0", "SIP/2.0 100 ", StringComparison.Ordinal));
        SipText.Response(SipText.Minimal("OPTIONS", "Content-Length: 0\n\n")
            .Replace("OPTIONS sip:service@example.org SIP/2.0", "SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e", StringComparison.Ordinal));
    }
}
