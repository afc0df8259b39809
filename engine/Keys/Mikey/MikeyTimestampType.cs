namespace MediaEngine.Keys;

/// <summary>TS type (RFC 3830 6.6). MCX uses <see cref="NtpUtc"/>.</summary>
public enum MikeyTimestampType : byte
{
    NtpUtc = 0,
    Ntp = 1,
    Counter = 2,
}
