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
        floor += string.Create(CultureInfo.InvariantCulture, $"mc_priority={options.FloorPriority}");
        floor += implicitRequest ? ";mc_implicit_request" : string.Empty;
        return Describe(media, [Audio(media), Floor(media, floor)]);
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
                lines.Add(Floor(media, FloorAnswer(line, agreed.Priority)));
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
        agreed = new AgreedMedia(remote.EndPointOf(audio), remote.EndPointOf(floor), agreedPriority, implicitRequest);
        reason = string.Empty;
        return true;
    }

    // An answer holds no parameter that was not offered (TS 24.380 14.3.1); mc_ssrc tells the server which stream is ours.
    private static string FloorAnswer(MediaDescription offered, byte? priority)
    {
        string queueing = offered.FloorParameters.ContainsKey("mc_queueing") ? "mc_queueing;" : string.Empty;
        return priority is { } number
            ? string.Create(CultureInfo.InvariantCulture, $"{queueing}mc_priority={number}")
            : queueing.TrimEnd(';');
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
