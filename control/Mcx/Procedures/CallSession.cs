using System.Net;

namespace MediaEngine.Mcx;

/// <summary>The controlling function's offers and answers (TS 24.379 6.3.3.1.1 and 6.3.3.2.1, TS 24.380 14).</summary>
internal static class CallSession
{
    private const string SecureProfile = "RTP/SAVP";
    public const string OriginUser = "mcptt";

    /// <summary>True when the description has secured G.711 A-law audio and a floor control line, both with an address.</summary>
    public static bool IsAcceptable(SessionDescription description, out string reason)
    {
        if (description.Audio is not { Port: > 0 } audio || audio.Protocol != SecureProfile
            || !audio.Format.Split(' ').Contains(SessionDescription.PcmaPayloadType))
        {
            reason = $"no m=audio line with {SecureProfile} and payload type {SessionDescription.PcmaPayloadType} (PCMA)";
            return false;
        }
        if (description.FloorControl is not { Port: > 0 } floor)
        {
            reason = "no m=application … udp MCPTT line";
            return false;
        }
        if (IsUnusable(description.EndPointOf(audio)) || IsUnusable(description.EndPointOf(floor)))
        {
            reason = "an address that cannot be sent to";
            return false;
        }
        reason = string.Empty;
        return true;
    }

    /// <summary>What the server offers to an invited member.</summary>
    public static SessionDescription Offer(CallLeg leg, MediaAddresses media)
    {
        GroupCall call = leg.Call;
        var sections = new List<MediaDescription>
        {
            Audio(media.Audio),
            FloorControl(media.FloorControl, FloorNegotiation.Offer(leg)),
        };
        return Describe(call, media, sections);
    }

    /// <summary>The answer to a client's offer: every line in its place, refused ones with port 0.</summary>
    public static SessionDescription Answer(
        CallLeg leg, SessionDescription offer, MediaAddresses media, bool implicitRequest, bool granted)
    {
        GroupCall call = leg.Call;
        var sections = new List<MediaDescription>();
        foreach (MediaDescription line in offer.Media)
        {
            if (ReferenceEquals(line, offer.Audio))
                sections.Add(Audio(media.Audio));
            else if (ReferenceEquals(line, offer.FloorControl))
                sections.Add(FloorControl(media.FloorControl, FloorNegotiation.Answer(leg, line, implicitRequest, granted)));
            else
                sections.Add(line with { Port = 0, Connection = null, TimeToLive = null, Attributes = [] });
        }
        return Describe(call, media, sections);
    }

    /// <summary>The description has the addresses that were agreed on with the client.</summary>
    public static bool IsSameMedia(CallLeg leg, SessionDescription description) => leg.Remote is { } agreed &&
        IsAcceptable(description, out _) &&
        description.EndPointOf(description.Audio!).Equals(agreed.EndPointOf(agreed.Audio!)) &&
        description.EndPointOf(description.FloorControl!).Equals(agreed.EndPointOf(agreed.FloorControl!));

    private static SessionDescription Describe(GroupCall call, MediaAddresses media, List<MediaDescription> sections) => new()
    {
        OriginUser = OriginUser,
        SessionId = call.Number >> 1,
        Connection = media.Audio.Address,
        Media = sections,
    };

    private static MediaDescription Audio(IPEndPoint address) => new()
    {
        Kind = "audio",
        Port = address.Port,
        Protocol = SecureProfile,
        Format = SessionDescription.PcmaPayloadType,
        Information = "speech",
        Attributes = ["rtpmap:8 PCMA/8000", "ptime:20"],
    };

    private static MediaDescription FloorControl(IPEndPoint address, string[] attributes) => new()
    {
        Kind = "application",
        Port = address.Port,
        Protocol = "udp",
        Format = "MCPTT",
        Attributes = attributes,
    };

    // A leg at port 0, at nobody's address or at a group's would make this server an amplifier.
    public static bool IsUnusable(IPEndPoint endPoint)
    {
        byte[] address = endPoint.Address.GetAddressBytes();
        return endPoint.Port == 0
            || address.Length != 4
            || address[0] is 0 or >= 224;
    }
}
