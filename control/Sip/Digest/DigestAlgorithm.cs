namespace MediaEngine.Sip;

/// <summary>RFC 8760 hash algorithms; MD5 only for legacy peers.</summary>
public enum DigestAlgorithm
{
    Sha256,
    Md5,
}
