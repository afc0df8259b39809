namespace MediaEngine.Sip;

/// <summary>What tells one nonce from another.</summary>
/// <param name="IssuedAt">Unix seconds.</param>
internal readonly record struct DigestNonce(long IssuedAt, ulong Salt);
