namespace MediaEngine.Keys;

/// <summary>S type of SIGN (RFC 3830 6.5, RFC 6509 4.4).</summary>
public enum MikeySignatureType : byte
{
    RsaPkcs1 = 0,
    RsaPss = 1,
    Eccsi = 2,
}
