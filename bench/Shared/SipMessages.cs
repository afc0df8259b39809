using System.Globalization;
using System.Text;

namespace MediaEngine.Bench;

/// <summary>The messages that the SIP figures are about.</summary>
internal static class SipMessages
{
    private const string Common = "Via: SIP/2.0/TCP 192.0.2.17:40000;branch=z9hG4bK776asdhds8f7a6c1;rport\r\nMax-Forwards: 70\r\n" +
        "From: <sip:u-alice@mission-critical.example>;tag=456248aa\r\nCall-ID: 843817637684230-998sdasdh09@192.0.2.17\r\n" +
        "Contact: <sip:u-alice@192.0.2.17:40000;transport=tcp>;+g.3gpp.mcptt;" +
        "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt\"\r\nUser-Agent: mcx/1.0\r\n";

    /// <summary>A client's REGISTER, 600 octets.</summary>
    public static byte[] Register { get; } = Padded("REGISTER sip:mission-critical.example SIP/2.0\r\n" + Common +
        "To: <sip:u-alice@mission-critical.example>\r\nCSeq: 1826 REGISTER\r\nSupported: path, outbound\r\nExpires: 3600\r\n", "", 600);

    /// <summary>An INVITE to a group with SDP and mcptt-info, 2048 octets.</summary>
    public static byte[] Invite { get; } = Padded("INVITE sip:mcptt@mission-critical.example SIP/2.0\r\n" + Common +
        "To: <sip:mcptt@mission-critical.example>\r\nCSeq: 1826 INVITE\r\nAccept-Contact: *;+g.3gpp.mcptt;require;explicit\r\n" +
        "Accept-Contact: *;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt\";require;explicit\r\n" +
        "P-Preferred-Identity: <sip:u-alice@mission-critical.example>\r\nP-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi.mcptt\r\n" +
        "Session-Expires: 1800;refresher=uac\r\nSupported: timer, 100rel\r\nAllow: INVITE, ACK, CANCEL, BYE, MESSAGE, OPTIONS\r\n" +
        "Content-Type: multipart/mixed;boundary=b1\r\n",
        "--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--b1\r\nContent-Type: application/vnd.3gpp.mcptt-info+xml\r\n\r\n<mcpttinfo/>\r\n--b1--\r\n",
        2048);

    /// <summary>Fills up with a subject, or with the epilogue of the multipart.</summary>
    private static byte[] Padded(string head, string body, int length)
    {
        string subject = body.Length > 0 ? "" : "Subject: ";
        for (int fill = 0; ; fill++)
        {
            string padding = new('x', fill);
            string filled = body.Length > 0 ? body + padding : "";
            string text = head + (subject.Length == 0 ? "" : subject + padding + "\r\n") +
                string.Create(CultureInfo.InvariantCulture, $"Content-Length: {filled.Length}\r\n\r\n{filled}");
            if (text.Length >= length)
                return Encoding.ASCII.GetBytes(text);
        }
    }
}
