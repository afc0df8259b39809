namespace MediaEngine.Keys;

/// <summary>What became of a signature, or of signing keys on receipt (RFC 6507 5.1.2, 5.2.2).</summary>
public enum EccsiOutcome
{
    Ok,

    /// <summary>Not 129 octets (a signature), 32 (SSK) or 65 (PVT).</summary>
    WrongLength,

    /// <summary>r, s or SSK is zero or not below its modulus.</summary>
    OutOfRange,

    /// <summary>PVT is no uncompressed point of the curve.</summary>
    InvalidPublicValidationToken,

    /// <summary>Another signer, KMS, identifier or message; on receipt of keys, a pair that does not belong together.</summary>
    Mismatch,
}
