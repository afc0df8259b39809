using System.Text;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>Messages for tests: written with \n, sent with CRLF.</summary>
internal static class SipText
{
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    public static SipParseOutcome Parse(string text, out SipMessage? message) =>
        SipParser.TryParse(Bytes(text), SipLimits.Default, out message);

    public static SipRequest Request(string text)
    {
        Assert.Equal(SipParseOutcome.Ok, Parse(text, out SipMessage? message));
        return Assert.IsAssignableFrom<SipRequest>(message);
    }

    public static SipResponse Response(string text)
    {
        Assert.Equal(SipParseOutcome.Ok, Parse(text, out SipMessage? message));
        return Assert.IsAssignableFrom<SipResponse>(message);
    }

    public static string Minimal(string method = "OPTIONS", string extraHeaders = "", string branch = "z9hG4bKabc",
        string callId = "c1@example.org", string toTag = "") =>
        $"{method} sip:service@example.org SIP/2.0\n" +
        $"Via: SIP/2.0/UDP 192.0.2.7:5071;branch={branch};rport\n" +
        "Max-Forwards: 70\n" +
        "From: <sip:a@example.org>;tag=fa\n" +
        $"To: <sip:service@example.org>{(toTag.Length == 0 ? "" : ";tag=" + toTag)}\n" +
        $"Call-ID: {callId}\nCSeq: 1 {method}\n{extraHeaders}";
}
