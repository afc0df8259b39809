namespace MediaEngine.Keys;

/// <summary>Whether the keys of an identity could be made out of a file of key material.</summary>
public enum IdentityKeysOutcome
{
    Ok,

    /// <summary>The material has no key set of this identity.</summary>
    NoKeySet,

    /// <summary>The material lacks the certificate of the KMS that issued the key sets.</summary>
    NoCertificate,

    /// <summary>The certificate is revoked or not within its validity.</summary>
    CertificateNotUsable,

    /// <summary>A key set failed the checks on receipt.</summary>
    BadKeySet,

    /// <summary>Every key set is good, but none is of the current key period.</summary>
    NoCurrentKeySet,
}
