namespace MediaEngine.Keys;

/// <summary>Begin and end of a KMS's key periods.</summary>
public static class KeyPeriods
{
    private const long UnixEpoch_s = 2_208_988_800;

    // NtpTimestamp reaches into 2104.
    private const long LastSecond = (1L << 32) + (1L << 31) - 1;

    public static long PeriodAt(KeyManagementServer kms, DateTimeOffset moment) => kms.PeriodOf(NtpTimestamp.FromUtc(moment));

    /// <summary>The first moment of a key period.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A period without a <see cref="IsInRange">date</see>.</exception>
    public static DateTimeOffset StartOf(KeyManagementServer kms, long number) => IsInRange(kms, number)
        ? DateTimeOffset.FromUnixTimeSeconds(kms.UserKeyOffset_s + number * kms.UserKeyPeriod_s - UnixEpoch_s)
        : throw new ArgumentOutOfRangeException(nameof(number), number, "Not a key period of this KMS.");

    /// <summary>The first moment after a key period.</summary>
    public static DateTimeOffset EndOf(KeyManagementServer kms, long number) => StartOf(kms, number).AddSeconds(kms.UserKeyPeriod_s);

    /// <summary>Whether the period begins at a time that a MIKEY timestamp can say.</summary>
    public static bool IsInRange(KeyManagementServer kms, long number) =>
        number >= 0 && kms.UserKeyPeriod_s >= 1 && number <= (LastSecond - kms.UserKeyOffset_s) / kms.UserKeyPeriod_s;

    /// <summary>The periods whose keys an identity holds: the previous for what was delivered late, the current, the next.</summary>
    public static IEnumerable<long> HeldAt(KeyManagementServer kms, DateTimeOffset moment)
    {
        long current = PeriodAt(kms, moment);
        for (long number = current - 1; number <= current + 1; number++)
        {
            if (IsInRange(kms, number))
                yield return number;
        }
    }
}
