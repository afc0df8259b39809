namespace MediaEngine.Keys;

/// <summary>MAC alg of KEMAC and Auth alg of V (RFC 3830 6.2, RFC 6043 6.2).</summary>
public enum MikeyMacAlgorithm : byte
{
    Null = 0,
    HmacSha1_160 = 1,
    HmacSha256_256 = 2,
}
