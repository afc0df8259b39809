namespace MediaEngine.Keys;

/// <summary>What became of a user's keys on receipt from a KMS.</summary>
public enum UserKeySetOutcome
{
    Ok,

    /// <summary>The KMS says that the key set, or its own certificate, must no longer be used.</summary>
    Revoked,

    /// <summary>For a user of another KMS than the certificate's.</summary>
    WrongKms,

    /// <summary>Not the UID of this user in this key period.</summary>
    WrongUserIdentifier,

    /// <summary>The URI is empty or longer than <see cref="UserKeySet.MaxUri_bytes"/>.</summary>
    BadUserUri,

    /// <summary>Before the first key period, or beyond what a timestamp can say.</summary>
    BadKeyPeriod,

    /// <summary>RSK of a wrong length, no point, or of another identity or KMS (RFC 6508 6.1.2).</summary>
    BadDecryptKey,

    /// <summary>SSK and PVT of a wrong length or range, or of another identity or KMS (RFC 6507 5.1.2).</summary>
    BadSigningKey,
}
