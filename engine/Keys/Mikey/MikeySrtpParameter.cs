namespace MediaEngine.Keys;

/// <summary>Parameter types of an SRTP security policy (RFC 3830 6.10.1, RFC 4771 4, RFC 7714 14.3).</summary>
public enum MikeySrtpParameter : byte
{
    EncryptionAlgorithm = 0,
    EncryptionKeyLength = 1,
    AuthenticationAlgorithm = 2,
    AuthenticationKeyLength = 3,
    SaltLength = 4,
    PseudoRandomFunction = 5,
    KeyDerivationRate = 6,
    SrtpEncryption = 7,
    SrtcpEncryption = 8,
    ForwardErrorCorrectionOrder = 9,
    SrtpAuthentication = 10,
    AuthenticationTagLength = 11,
    SrtpPrefixLength = 12,
    RocTransmissionRate = 13,
    SrtpAuthenticationAlgorithm = 14,
    SrtcpAuthenticationAlgorithm = 15,
    SrtpAuthenticationKeyLength = 16,
    SrtcpAuthenticationKeyLength = 17,
    SrtpAuthenticationTagLength = 18,
    SrtcpAuthenticationTagLength = 19,
    AeadTagLength = 20,
}
