using System.Globalization;
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
    public static SessionDescription Offer(GroupCall call, MediaAddresses media, int timeToLive, byte priority)
    {
        var sections = new List<MediaDescription>
        {
            Audio(media.Audio),
            FloorControl(media.FloorControl, [$"fmtp:MCPTT mc_queueing;mc_priority={priority}"]),
        };
        if (call.Bearer is { } bearer)
            sections.Add(Multicast(bearer, timeToLive));
        return Describe(call, media, sections);
    }

    /// <summary>The answer to a client's offer: every line in its place, refused ones with port 0.</summary>
    public static SessionDescription Answer(GroupCall call, SessionDescription offer, MediaAddresses media, int timeToLive, byte priority, bool implicitRequest)
    {
        var sections = new List<MediaDescription>();
        foreach (MediaDescription line in offer.Media)
        {
            if (ReferenceEquals(line, offer.Audio))
                sections.Add(Audio(media.Audio));
            else if (ReferenceEquals(line, offer.FloorControl))
                sections.Add(FloorControl(media.FloorControl, FloorAnswer(line, priority, implicitRequest)));
            else if (line.IsMulticast && call.Bearer is { } bearer)
                sections.Add(Multicast(bearer, timeToLive));
            else
                sections.Add(line with { Port = 0, Connection = null, TimeToLive = null, Attributes = [] });
        }
        return Describe(call, media, sections);
    }

    /// <summary>The floor priority both sides may use: the smaller of what was asked for and what the group document gives.</summary>
    public static byte NegotiatePriority(SessionDescription remote, byte userPriority)
    {
        string? wanted = remote.FloorControl?.FloorParameters.GetValueOrDefault("mc_priority");
        return byte.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out byte priority)
            ? Math.Min(priority, userPriority)
            : userPriority;
    }

    /// <summary>The client's own audio SSRC from <c>mc_ssrc</c>, 0 when it did not say.</summary>
    public static uint AudioSsrcOf(SessionDescription remote) =>
        uint.TryParse(remote.FloorControl?.FloorParameters.GetValueOrDefault("mc_ssrc"), NumberStyles.None, CultureInfo.InvariantCulture, out uint ssrc)
            ? ssrc
            : 0;

    // An answer holds no parameter that was not offered (TS 24.380 14.3.1).
    private static string[] FloorAnswer(MediaDescription offered, byte priority, bool implicitRequest)
    {
        IReadOnlyDictionary<string, string?> parameters = offered.FloorParameters;
        var answer = new List<string>();
        if (parameters.ContainsKey("mc_queueing"))
            answer.Add("mc_queueing");
        if (parameters.ContainsKey("mc_priority"))
            answer.Add($"mc_priority={priority}");
        if (implicitRequest)
            answer.Add("mc_implicit_request");
        return answer.Count == 0 ? [] : [$"fmtp:MCPTT {string.Join(';', answer)}"];
    }

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

    private static MediaDescription Multicast(IPEndPoint bearer, int timeToLive) => new()
    {
        Kind = "audio",
        Port = bearer.Port,
        Protocol = SecureProfile,
        Format = SessionDescription.PcmaPayloadType,
        Connection = bearer.Address,
        TimeToLive = timeToLive,
        Attributes = ["rtpmap:8 PCMA/8000", "sendonly", "label:multicast"],
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
