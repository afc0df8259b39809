using System.Net;

namespace MediaEngine.Mcx;

/// <summary>
/// The session description of a bearer announcement (TS 24.379 14.2.2): the general purpose subchannel, and the kinds of media that
/// Map Group To Bearer refers to by the numbers of their lines.
/// </summary>
public static class BearerDescription
{
    /// <summary>The number of the general purpose subchannel's line.</summary>
    public const byte GeneralPurposeLine = 1;

    private const string KeyManagement = "key-mgmt:mikey ";
    private const int MaxMessage_chars = 12 * 1024;

    // Discard: where media goes is told by Map Group To Bearer.
    private const int DiscardPort = 9;

    /// <param name="server">Whom the description is from.</param>
    /// <param name="keyMessage">The I_MESSAGE with the MSCCK; null when the client has it configured.</param>
    public static SessionDescription Create(IPAddress server, IPEndPoint generalPurpose, int timeToLive, byte[]? keyMessage) => new()
    {
        OriginUser = "mcptt",
        SessionId = 1,
        Connection = server,
        Media =
        [
            new MediaDescription
            {
                Kind = "application",
                Port = generalPurpose.Port,
                Protocol = "udp",
                Format = "MCPTT",
                Connection = generalPurpose.Address,
                TimeToLive = timeToLive,
                Attributes = keyMessage is null ? [] : [KeyManagement + Convert.ToBase64String(keyMessage)],
            },
            new MediaDescription
            {
                Kind = "audio",
                Port = DiscardPort,
                Protocol = "RTP/SAVP",
                Format = SessionDescription.PcmaPayloadType,
                Information = "speech",
                Attributes = ["rtpmap:8 PCMA/8000", "recvonly"],
            },
            new MediaDescription { Kind = "application", Port = DiscardPort, Protocol = "udp", Format = "MCPTT" },
        ],
    };

    /// <summary>The general purpose subchannel that the announcement speaks of; false when there is no multicast address and port.</summary>
    public static bool TryRead(
        SessionDescription description, MbmsAnnouncement announcement, out IPEndPoint generalPurpose, out byte[]? keyMessage)
    {
        generalPurpose = null!;
        keyMessage = null;
        if (announcement.GeneralPurposeLine > description.Media.Count)
            return false;
        MediaDescription line = description.Media[announcement.GeneralPurposeLine - 1];
        generalPurpose = description.EndPointOf(line);
        byte[] address = generalPurpose.Address.GetAddressBytes();
        if (line.Kind != "application" || line.Port == 0 || address.Length != 4 || address[0] is < 224 or > 239)
            return false;
        if (line.Attributes.FirstOrDefault(attribute => attribute.StartsWith(KeyManagement, StringComparison.Ordinal)) is not { } attribute)
            return true;
        ReadOnlySpan<char> text = attribute.AsSpan(KeyManagement.Length).Trim();
        byte[] octets = new byte[text.Length];
        if (text.Length > MaxMessage_chars || !Convert.TryFromBase64Chars(text, octets, out int length))
            return false;
        keyMessage = octets[..length];
        return true;
    }
}
