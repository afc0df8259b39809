namespace MediaEngine.Keys;

/// <summary>Whether an authentic key may be taken.</summary>
internal static class MikeyAcceptance
{
    public static MikeyError Check(McxKey key, KeyParameters? parameters, McxKeyStore? held, DateTimeOffset now)
    {
        if (parameters is { Revoked: true })
            return MikeyError.KeyRevoked;
        if (key.Validity.StatusAt(now) == KeyStatus.Retired)
            return MikeyError.KeyExpired;
        return held?.Check(key) switch
        {
            KeyInstallation.Clash => MikeyError.KeyIdentifierClash,
            KeyInstallation.Revoked => MikeyError.KeyRevoked,
            _ => MikeyError.None,
        };
    }
}
