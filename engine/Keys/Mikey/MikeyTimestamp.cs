namespace MediaEngine.Keys;

/// <summary>T (RFC 3830 6.6).</summary>
/// <param name="Type">What the value counts.</param>
/// <param name="Value">64 bits of NTP time, or a counter of 32 bits.</param>
public readonly record struct MikeyTimestamp(MikeyTimestampType Type, ulong Value)
{
    public static MikeyTimestamp At(NtpTimestamp moment) => new(MikeyTimestampType.NtpUtc, moment.Value);

    /// <summary>Meaningful for the NTP types.</summary>
    public NtpTimestamp Ntp => new(Value);
}
