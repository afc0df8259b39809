using System.Globalization;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>What SUBSCRIBE and PUBLISH have in common: durations and media types.</summary>
internal static class EventRequests
{
    private static readonly TimeSpan AnHour = TimeSpan.FromHours(1);

    /// <summary>The Expires header in seconds; null without one. False when it is no number.</summary>
    public static bool TryReadExpires(SipMessage message, out uint? expires_s)
    {
        string? text = message.Headers.Get("Expires");
        bool good = SipSyntax.TryParseNumber(SipSyntax.Trim(text), uint.MaxValue, out uint number);
        expires_s = good ? number : null;
        return good || text is null;
    }

    /// <summary>Too short to be taken (RFC 6665 4.2.1.1).</summary>
    public static bool IsTooBrief(uint expires_s, TimeSpan minimum) =>
        expires_s > 0 && expires_s < minimum.TotalSeconds && expires_s < AnHour.TotalSeconds;

    public static SipResponse TooBrief(SipRequest request, uint minimum_s, string tag)
    {
        SipResponse response = SipResponse.For(request, 423, toTag: tag);
        response.Headers.Add("Min-Expires", minimum_s.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    /// <summary>The first of the media types that an Accept range covers; null when none is.</summary>
    public static string? Choose(IReadOnlyList<string> types, IReadOnlyList<string> accepted) =>
        accepted.Count == 0 ? types[0] : types.FirstOrDefault(type => accepted.Any(range => Covers(MultipartBody.MediaTypeOf(range), type)));

    /// <summary>Whole seconds, rounded up so that nobody refreshes after the end.</summary>
    public static uint SecondsUntil(Instant end, Instant now) => end.IsNever ? uint.MaxValue : (uint)((end.MillisecondsFrom(now) + 999) / 1000);

    private static bool Covers(string range, string type) =>
        range == "*/*" || range == type || (range.EndsWith("/*", StringComparison.Ordinal) && type.StartsWith(range[..^1], StringComparison.Ordinal));
}
