using System.Globalization;
using System.Net;
using MediaEngine.Mcx;

namespace MediaEngine.Tool;

/// <summary>The client's offers and answers (TS 24.379 6.2.1, 6.2.2; TS 24.380 12, 14).</summary>
internal static class CallDescriptions
{
    private const string Secure = "RTP/SAVP";
    private const string Pcma = "rtpmap:8 PCMA/8000";

    public static SessionDescription Offer(CallMedia media, EndpointOptions options, bool implicitRequest)
    {
        string floor = options.Queueing ? "mc_queueing;" : string.Empty;
        floor += string.Create(CultureInfo.InvariantCulture, $"mc_priority={options.FloorPriority};mc_floor_ssrc={media.FloorSsrc}");
        floor += implicitRequest ? ";mc_granted;mc_implicit_request" : string.Empty;
        return Describe(media, [Audio(media), Floor(media, floor)]);
    }

    /// <summary>
    /// The same media offered again, in a re-INVITE; without mc_granted, and with mc_implicit_request only as a floor request
    /// (TS 24.380 14.5).
    /// </summary>
    public static SessionDescription ReOffer(SessionDescription local, CallMedia media, AgreedMedia agreed, bool implicitRequest)
    {
        string floor = agreed.Queueing ? "mc_queueing;" : string.Empty;
        floor += agreed.Priority is { } priority ? string.Create(CultureInfo.InvariantCulture, $"mc_priority={priority};") : string.Empty;
        floor += string.Create(CultureInfo.InvariantCulture, $"mc_floor_ssrc={media.FloorSsrc}");
        floor += implicitRequest ? ";mc_implicit_request" : string.Empty;
        return local with
        {
            SessionVersion = local.SessionVersion + 1,
            Media = [.. local.Media.Select(line => line.IsFloorControl ? Floor(media, floor) : line)],
        };
    }

    /// <summary>The answer to the server's offer, every line in its place; false with a reason when it cannot be accepted.</summary>
    public static bool TryAnswer(
        SessionDescription offer, CallMedia media, EndpointOptions options,
        out SessionDescription answer, out AgreedMedia agreed, out string reason)
    {
        answer = null!;
        if (!TryAgree(offer, offer, options.FloorPriority, out agreed, out reason))
            return false;
        var lines = new List<MediaDescription>();
        foreach (MediaDescription line in offer.Media)
        {
            if (ReferenceEquals(line, offer.Audio))
                lines.Add(Audio(media));
            else if (ReferenceEquals(line, offer.FloorControl))
                lines.Add(Floor(media, FloorAnswer(line, media, agreed.Priority)));
            else
                lines.Add(line with { Port = 0, Connection = null, TimeToLive = null, Information = null, Attributes = [] });
        }
        answer = Describe(media, lines);
        return true;
    }

    /// <summary>Reads the server's answer to our offer.</summary>
    public static bool TryAgree(
        SessionDescription remote, SessionDescription offer, byte priority, out AgreedMedia agreed, out string reason)
    {
        agreed = null!;
        if (remote.Audio is not { Port: > 0 } audio || audio.Protocol != Secure ||
            !audio.Format.Split(' ').Contains(SessionDescription.PcmaPayloadType))
        {
            reason = "no m=audio line with RTP/SAVP and payload type 8";
            return false;
        }
        if (remote.FloorControl is not { Port: > 0 } floor)
        {
            reason = "no m=application … udp MCPTT line";
            return false;
        }
        IReadOnlyDictionary<string, string?> parameters = floor.FloorParameters;
        byte? agreedPriority = parameters.TryGetValue("mc_priority", out string? text) &&
            byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out byte told)
            ? Math.Min(told, priority)
            : null;
        bool implicitRequest = !ReferenceEquals(remote, offer) && parameters.ContainsKey("mc_implicit_request") &&
            offer.FloorControl?.FloorParameters.ContainsKey("mc_implicit_request") == true;
        bool namesSsrc = parameters.TryGetValue("mc_floor_ssrc", out string? named);
        agreed = new AgreedMedia(remote.EndPointOf(audio), remote.EndPointOf(floor), agreedPriority, implicitRequest)
        {
            Granted = implicitRequest && parameters.ContainsKey("mc_granted"),
            Queueing = parameters.ContainsKey("mc_queueing"),
            ServerFloorSsrc = namesSsrc && uint.TryParse(named, NumberStyles.None, CultureInfo.InvariantCulture, out uint ssrc) ? ssrc : 0,
        };
        reason = string.Empty;
        return true;
    }

    // An answer holds no parameter that was not offered (TS 24.380 14.3.1); mc_ssrc tells the server which stream is ours.
    private static string FloorAnswer(MediaDescription offered, CallMedia media, byte? priority)
    {
        var parameters = new List<string>();
        if (offered.FloorParameters.ContainsKey("mc_queueing"))
            parameters.Add("mc_queueing");
        if (priority is { } number)
            parameters.Add(string.Create(CultureInfo.InvariantCulture, $"mc_priority={number}"));
        if (offered.FloorParameters.ContainsKey("mc_floor_ssrc"))
            parameters.Add(string.Create(CultureInfo.InvariantCulture, $"mc_floor_ssrc={media.FloorSsrc}"));
        return string.Join(';', parameters);
    }

    private static SessionDescription Describe(CallMedia media, List<MediaDescription> lines) => new()
    {
        OriginUser = "mcx",
        SessionId = media.AudioSsrc,
        Connection = media.AudioEndPoint.Address,
        Media = lines,
    };

    private static MediaDescription Audio(CallMedia media) => new()
    {
        Kind = "audio",
        Port = media.AudioEndPoint.Port,
        Protocol = Secure,
        Format = SessionDescription.PcmaPayloadType,
        Information = "speech",
        Attributes = [Pcma, "ptime:20"],
    };

    private static MediaDescription Floor(CallMedia media, string parameters) => new()
    {
        Kind = "application",
        Port = media.FloorEndPoint.Port,
        Protocol = "udp",
        Format = "MCPTT",
        Attributes = [string.Create(
            CultureInfo.InvariantCulture, $"fmtp:MCPTT {parameters}{(parameters.Length == 0 ? "" : ";")}mc_ssrc={media.AudioSsrc}")],
    };
}
