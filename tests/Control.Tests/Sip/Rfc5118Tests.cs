using System.Net;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>The messages of RFC 5118 section 4, each with the end it comes to (as in <see cref="Rfc4475Tests"/>).</summary>
public sealed class Rfc5118Tests
{
    private const string Register = "REGISTER sip:{0} SIP/2.0\nTo: sip:user@example.com\nFrom: sip:user@example.com;tag=81x2\n" +
        "Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111\nCall-ID: SSG9559905523997077@hlau_4100\nMax-Forwards: 70\n" +
        "Contact: \"Caller\" <sip:caller@[2001:db8::1]>\nCSeq: 98176 REGISTER\nContent-Length: 0\n\n";

    private const string Received1 = "BYE sip:[2001:db8::10] SIP/2.0\nTo: sip:user@example.com;tag=bd76ya\nFrom: sip:user@example.com;tag=81x2\n" +
        "Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111\nCall-ID: SSG9559905523997077@hlau_4100\n" +
        "Max-Forwards: 70\nCSeq: 321 BYE\nContent-Length: 0\n\n";

    private const string Received2 = "OPTIONS sip:[2001:db8::10] SIP/2.0\nTo: sip:user@example.com\nFrom: sip:user@example.com;tag=81x2\n" +
        "Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3\nCall-ID: SSG95523997077@hlau_4100\n" +
        "Max-Forwards: 70\nContact: \"Caller\" <sip:caller@[2001:db8::9:1]>\nCSeq: 921 OPTIONS\nContent-Length: 0\n\n";

    private const string Description1 = "INVITE sip:user@[2001:db8::10] SIP/2.0\nTo: sip:user@[2001:db8::10]\n" +
        "From: sip:user@example.com;tag=81x2\nVia: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111\n" +
        "Call-ID: SSG9559905523997077@hlau_4100\nContact: \"Caller\" <sip:caller@[2001:db8::20]>\nCSeq: 8612 INVITE\nMax-Forwards: 70\n" +
        "Content-Type: application/sdp\nContent-Length: 268\n\nv=0\no=assistant 971731711378798081 0 IN IP6 2001:db8::20\n" +
        "s=Live video feed for today's meeting\nc=IN IP6 2001:db8::20\nt=3338481189 3370017201\nm=audio 6000 RTP/AVP 2\n" +
        "a=rtpmap:2 G726-32/8000\nm=video 6024 RTP/AVP 107\na=rtpmap:107 H263-1998/90000\n";

    private const string ManyVias = "BYE sip:user@host.example.net SIP/2.0\nVia: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111\n" +
        "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144\n" +
        "Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200\nCall-ID: 997077@lau_4100\nMax-Forwards: 70\n" +
        "CSeq: 89187 BYE\nTo: sip:user@example.net;tag=9817--94\nFrom: sip:user@example.com;tag=81x2\nContent-Length: 0\n\n";

    private const string Description2 = "INVITE sip:user@[2001:db8::10] SIP/2.0\nTo: sip:user@[2001:db8::10]\n" +
        "From: sip:user@example.com;tag=81x2\nVia: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111\n" +
        "Call-ID: SSG9559905523997077@hlau_4100\nContact: \"Caller\" <sip:caller@[2001:db8::9:1]>\nMax-Forwards: 70\nCSeq: 8912 INVITE\n" +
        "Content-Type: application/sdp\nContent-Length: 181\n\nv=0\no=bob 280744730 28977631 IN IP4 host.example.com\ns=\nt=0 0\n" +
        "m=audio 22334 RTP/AVP 0\nc=IN IP4 192.0.2.1\nm=video 6024 RTP/AVP 107\nc=IN IP6 2001:db8::1\na=rtpmap:107 H263-1998/90000\n";

    private const string Mapped = "INVITE sip:user@example.com SIP/2.0\nTo: sip:user@example.com\nFrom: sip:user@east.example.com;tag=81x2\n" +
        "Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19\nVia: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111\n" +
        "Call-ID: SSG9559905523997077@hlau_4100\nContact: \"T. desk phone\" <sip:ted@[::ffff:192.0.2.2]>\nCSeq: 612 INVITE\n" +
        "Max-Forwards: 70\nContent-Type: application/sdp\nContent-Length: 236\n\nv=0\n" +
        "o=assistant 971731711378798081 0 IN IP6 ::ffff:192.0.2.2\ns=Call me soon, please!\nc=IN IP6 ::ffff:192.0.2.2\n" +
        "t=3338481189 3370017201\nm=audio 6000 RTP/AVP 2\na=rtpmap:2 G726-32/8000\nm=video 6024 RTP/AVP 107\n" +
        "a=rtpmap:107 H263-1998/90000\n";

    private const string Options = "OPTIONS sip:user@{0} SIP/2.0\nTo: sip:user@{0}\nFrom: sip:user@example.com;tag=810x2\n" +
        "Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111\nCall-ID: G9559905523997077@hlau_4100\nCSeq: 689 OPTIONS\n" +
        "Max-Forwards: 70\nContent-Length: 0\n\n";

    public static TheoryData<string, string, int> Verdicts { get; } = new()
    {
        { "4.1 IPv6 reference", With(Register, "[2001:db8::10]"), 401 },
        { "4.2 IPv6 address without brackets", With(Register, "2001:db8::10"), 400 },
        { "4.3 port inside the brackets: an address", With(Register, "[2001:db8::10:5070]"), 401 },
        { "4.4 port outside the brackets", With(Register, "[2001:db8::10]:5070"), 401 },
        { "4.5 received in brackets", Received1, 481 },
        { "4.5 received without brackets", Received2, 200 },
        { "4.6 addresses in SDP; 268 octets are claimed and 251 come", Description1, 400 },
        { "4.6 with its true length", Description1.Replace("268", "251", StringComparison.Ordinal), 401 },
        { "4.7 several addresses in headers", ManyVias, 481 },
        { "4.8 several addresses in SDP", Description2, 401 },
        { "4.9 IPv4-mapped addresses", Mapped, 401 },
        { "4.10 a colon too many", With(Options, "[2001:db8:::192.0.2.1]"), 400 },
        { "4.10 without it", With(Options, "[2001:db8::192.0.2.1]"), 200 },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void Each_message_comes_to_its_end(string section, string text, int status)
    {
        Assert.NotEmpty(section);
        Assert.Equal(status, Rfc4475Tests.End(SipText.Bytes(text), SipLimits.Default));
    }

    [Fact]
    public void Addresses_and_ports_are_told_apart()
    {
        Assert.Equal(("[2001:db8::10:5070]", 0), HostOf(With(Register, "[2001:db8::10:5070]")));
        Assert.Equal(("[2001:db8::10]", 5070), HostOf(With(Register, "[2001:db8::10]:5070")));
        SipRequest request = SipText.Request(ManyVias);
        Assert.Equal([("[2001:db8::9:1]", 6050), ("192.0.2.1", 0), ("[2001:db8::9:255]", 0)], request.Headers.GetAll("Via").Select(via =>
            SipVia.TryParse(via, out SipVia? read) ? (read.Host, read.Port) : default));
        SipVia mapped = SipText.Request(Mapped).TopVia!;
        Assert.Equal(IPAddress.Parse("192.0.2.10"), IPAddress.Parse(mapped.Host.Trim('[', ']')).MapToIPv4());
        Assert.Equal(19823, mapped.Port);
    }

    /// <summary>4.5: the brackets that implementations add are not in the grammar, so the answer leaves them as they came.</summary>
    [Theory]
    [InlineData(Received1, "[2001:db8::9:255]")]
    [InlineData(Received2, "2001:db8::9:255")]
    public void A_received_address_is_read_with_and_without_brackets(string text, string received) =>
        Assert.Equal(received, SipText.Request(text).TopVia!.Received);

    private static (string Host, int Port) HostOf(string text) =>
        SipUri.TryParse(SipText.Request(text).RequestUri, out SipUri? uri) ? (uri.Host, uri.Port) : default;

    private static string With(string text, string host) => text.Replace("{0}", host, StringComparison.Ordinal);
}
