namespace MediaEngine.Keys;

/// <summary>What became of encapsulated data, or of an RSK on receipt (RFC 6508 6.1.2, 6.2.2).</summary>
public enum SakkeOutcome
{
    Ok,

    /// <summary>Not 273 octets (encapsulated data) or 257 (RSK).</summary>
    WrongLength,

    /// <summary>No uncompressed point of the curve, or, for an RSK, one of another order.</summary>
    NotAPoint,

    /// <summary>For another receiver or from another KMS, or altered; for an RSK, of another identifier or KMS.</summary>
    Mismatch,
}
