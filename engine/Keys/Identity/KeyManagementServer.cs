namespace MediaEngine.Keys;

/// <summary>What a KMS certificate says about user identifiers: name and key periods (TS 33.180 D.3.2, F.2.1).</summary>
/// <param name="Uri">KMS URI, exactly as in the certificate.</param>
/// <param name="UserKeyPeriod_s">UserKeyPeriod, at least 1.</param>
/// <param name="UserKeyOffset_s">UserKeyOffset from 1900-01-01, at least 0.</param>
public sealed record KeyManagementServer(string Uri, long UserKeyPeriod_s, long UserKeyOffset_s)
{
    /// <summary>Number of the key period this moment lies in; negative before the first.</summary>
    public long PeriodOf(NtpTimestamp moment)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(UserKeyPeriod_s, 1);
        long since = moment.Seconds - UserKeyOffset_s;
        return since >= 0 ? since / UserKeyPeriod_s : -1;
    }

    /// <summary>The UID of a user or server of this KMS in a key period, 32 octets.</summary>
    public void DeriveUserIdentifier(string uri, long periodNumber, Span<byte> destination32) =>
        UserIdentifier.Derive(uri, Uri, UserKeyPeriod_s, UserKeyOffset_s, periodNumber, destination32);
}
