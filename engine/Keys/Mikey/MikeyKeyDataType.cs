namespace MediaEngine.Keys;

/// <summary>Type of a key data sub-payload (RFC 3830 6.13, RFC 4563 4.2, RFC 6043 6.11).</summary>
public enum MikeyKeyDataType : byte
{
    TrafficGeneratingKey = 0,
    TrafficGeneratingKeyWithSalt = 1,
    TrafficEncryptingKey = 2,
    TrafficEncryptingKeyWithSalt = 3,
    GroupTrafficGeneratingKey = 4,
    GroupTrafficGeneratingKeyWithSalt = 5,
    MikeyProtectionKey = 6,
}
