namespace MediaEngine.Keys;

/// <summary>Encr alg of KEMAC (RFC 3830 6.2, RFC 6043 6.2).</summary>
public enum MikeyEncryptionAlgorithm : byte
{
    Null = 0,
    AesCounterMode128 = 1,
    AesKeyWrap128 = 2,
    AesCounterMode256 = 3,
}
