namespace MediaEngine.Keys;

/// <summary>Error no of ERR (RFC 3830 6.12).</summary>
public enum MikeyErrorNumber : byte
{
    AuthenticationFailure = 0,
    InvalidTimestamp = 1,
    InvalidPseudoRandomFunction = 2,
    InvalidMac = 3,
    InvalidEncryptionAlgorithm = 4,
    InvalidHashAlgorithm = 5,
    InvalidDiffieHellmanGroup = 6,
    InvalidIdentity = 7,
    InvalidCertificate = 8,
    InvalidSecurityPolicy = 9,
    InvalidSecurityPolicyParameter = 10,
    InvalidDataType = 11,
    Unspecified = 12,
    UnsupportedMessageType = 13,
}
