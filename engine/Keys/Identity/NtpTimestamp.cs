using System.Globalization;

namespace MediaEngine.Keys;

/// <summary>A moment in UTC as MIKEY sends it: seconds since 1900 and a binary fraction (RFC 3830 6.6).</summary>
public readonly record struct NtpTimestamp(ulong Value)
{
    private const long UnixEpoch_s = 2_208_988_800;
    private const long Era_s = 1L << 32;

    /// <summary>
    /// Since 1900-01-01. The field's 32 bits run over in 2036: a clear top bit means the era after that (RFC 4330 3).
    /// </summary>
    public long Seconds
    {
        get
        {
            long seconds = (long)(Value >> 32);
            return seconds < Era_s / 2 ? seconds + Era_s : seconds;
        }
    }

    /// <summary>Within 1968..2104.</summary>
    public DateTimeOffset ToUtc() =>
        DateTimeOffset.FromUnixTimeSeconds(Seconds - UnixEpoch_s) +
        TimeSpan.FromTicks((long)(((Value & uint.MaxValue) * (ulong)TimeSpan.TicksPerSecond) >> 32));

    /// <exception cref="ArgumentOutOfRangeException">Outside 1968..2104, which the field cannot say.</exception>
    public static NtpTimestamp FromUtc(DateTimeOffset moment)
    {
        long seconds = moment.ToUnixTimeSeconds() + UnixEpoch_s;
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, Era_s / 2, nameof(moment));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(seconds, Era_s + Era_s / 2, nameof(moment));
        ulong ticks = (ulong)(moment - DateTimeOffset.FromUnixTimeSeconds(moment.ToUnixTimeSeconds())).Ticks;
        return new NtpTimestamp((ulong)(uint)seconds << 32 | (ticks << 32) / (ulong)TimeSpan.TicksPerSecond);
    }

    /// <summary>ISO 8601, UTC.</summary>
    public override string ToString() => ToUtc().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
