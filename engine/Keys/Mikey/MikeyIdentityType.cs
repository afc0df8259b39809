namespace MediaEngine.Keys;

/// <summary>ID type (RFC 3830 6.7, RFC 6043 6.6).</summary>
public enum MikeyIdentityType : byte
{
    NetworkAccessIdentifier = 0,
    Uri = 1,
    ByteString = 2,
}
