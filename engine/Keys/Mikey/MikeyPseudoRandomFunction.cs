namespace MediaEngine.Keys;

/// <summary>PRF func of the common header (RFC 3830 6.1, RFC 6043 6.1). MCX uses <see cref="HmacSha256"/>.</summary>
public enum MikeyPseudoRandomFunction : byte
{
    Mikey1 = 0,
    HmacSha256 = 1,
}
