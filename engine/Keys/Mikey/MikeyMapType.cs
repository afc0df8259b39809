namespace MediaEngine.Keys;

/// <summary>CS ID map type (RFC 3830 6.1.1, RFC 4563 4.1, RFC 6043 6.1.1).</summary>
public enum MikeyMapType : byte
{
    SrtpId = 0,
    Empty = 1,
    GenericId = 2,
}
