using System.Globalization;
using System.Text;
using MediaEngine.Sip;

namespace MediaEngine.Bench.Load;

/// <summary>What a plain SIP telephone sends.</summary>
/// <param name="index">Its user's number.</param>
/// <param name="at">Its address and port.</param>
internal sealed class PhoneMessages(int index, string at)
{
    private const string Domain = LoadOrganisation.Domain;

    private readonly string _identity = LoadOrganisation.SipIdentity(index);

    public byte[] Register(int sequence, string? authorization) => Text($"""
        REGISTER sip:{Domain} SIP/2.0
        {Common("REGISTER", _identity, sequence, "reg")}
        Contact: <sip:{LoadOrganisation.User(index)}@{at}>
        Expires: 3600
        Allow: INVITE, ACK, CANCEL, BYE, MESSAGE, OPTIONS, INFO, UPDATE, PRACK, NOTIFY, REFER, SUBSCRIBE
        Supported: replaces, timer, path, outbound, gruu
        User-Agent: a telephone that tells about as much of itself as telephones do, 1.0
        {(authorization is null ? "X-Nothing: to say" : $"Authorization: {authorization}")}
        Content-Length: 0


        """);

    public byte[] Invite(string group) => Text($"""
        INVITE {group} SIP/2.0
        {Common("INVITE", group, 1, "call")}
        Contact: <sip:{LoadOrganisation.User(index)}@{at}>
        Content-Type: application/sdp
        Content-Length: {Description.Length}

        {Description}
        """);

    public byte[] Ack(SipResponse accepted) => Text($"""
        ACK {Target(accepted)} SIP/2.0
        {Common("ACK", accepted.To!.ToString(), 1, "call")}
        Content-Length: 0


        """);

    public byte[] Bye(SipResponse accepted) => Text($"""
        BYE {Target(accepted)} SIP/2.0
        {Common("BYE", accepted.To!.ToString(), 2, "call")}
        Content-Length: 0


        """);

    /// <summary>200 to an INVITE with an answer, or to a BYE.</summary>
    public byte[] Accept(SipRequest request)
    {
        SipResponse response = SipResponse.For(request, 200, toTag: Tag);
        if (request.Method == SipMethods.Invite)
        {
            response.Headers.Add("Contact", $"<sip:{LoadOrganisation.User(index)}@{at}>");
            response.Headers.Add("Content-Type", "application/sdp");
            response.Body = Encoding.ASCII.GetBytes(Description.ReplaceLineEndings("\r\n"));
        }
        return response.ToBytes();
    }

    private string Tag => string.Create(CultureInfo.InvariantCulture, $"t{index}");

    private string Description => $"""
        v=0
        o=- 1 1 IN IP4 {at[..at.IndexOf(':', StringComparison.Ordinal)]}
        s=-
        c=IN IP4 {at[..at.IndexOf(':', StringComparison.Ordinal)]}
        t=0 0
        m=audio 9 RTP/AVP 8
        a=rtpmap:8 PCMA/8000

        """.ReplaceLineEndings("\r\n");

    private static string Target(SipResponse accepted) =>
        NameAddress.TryParse(accepted.Headers.Get("Contact"), out NameAddress? contact) ? contact.Uri.ToString() : throw new InvalidOperationException("A 200 without Contact.");

    private string Common(string method, string to, int sequence, string dialog) => string.Create(CultureInfo.InvariantCulture, $"""
        Via: SIP/2.0/UDP {at};branch=z9hG4bK{dialog}{index}-{sequence}{method};rport
        Max-Forwards: 70
        From: <{_identity}>;tag={Tag}
        To: {(to.Contains('<', StringComparison.Ordinal) ? to : $"<{to}>")}
        Call-ID: {dialog}-{index}@{at}
        CSeq: {sequence} {method}
        """);

    private static byte[] Text(string message) => Encoding.ASCII.GetBytes(message.ReplaceLineEndings("\r\n"));
}
