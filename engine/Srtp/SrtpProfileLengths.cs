namespace MediaEngine.Srtp;

/// <summary>Key, salt and tag lengths of the profiles (RFC 7714 12, RFC 3711 8.2, RFC 6188 6).</summary>
public static class SrtpProfileLengths
{
    /// <summary>Master and session salt of the AEAD profiles.</summary>
    public const int Salt_bytes = 12;

    /// <summary>Tag of the AEAD profiles.</summary>
    public const int Tag_bytes = 16;

    /// <summary>RFC 3711 allows more; 16 octets hold every MKI of TS 33.180 (4 or 8).</summary>
    public const int MaxMki_bytes = 16;

    internal const int MaxKey_bytes = 32;
    internal const int MaxSalt_bytes = 14;

    /// <summary>Length of the master key and of the session encryption keys, in octets.</summary>
    public static int KeyLength_bytes(this SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm or SrtpProfile.Aes128CmHmacSha1_80 or SrtpProfile.Aes128CmHmacSha1_32 => 16,
        SrtpProfile.AeadAes256Gcm or SrtpProfile.Aes256CmHmacSha1_80 or SrtpProfile.Aes256CmHmacSha1_32 => 32,
        _ => throw new ArgumentOutOfRangeException(nameof(profile)),
    };

    /// <summary>True for the AES-GCM profiles.</summary>
    public static bool IsAead(this SrtpProfile profile) => profile is SrtpProfile.AeadAes128Gcm or SrtpProfile.AeadAes256Gcm;

    /// <summary>Length of the master salt and of the session salts, in octets.</summary>
    public static int SaltLength_bytes(this SrtpProfile profile) => profile.IsAead() ? Salt_bytes : MaxSalt_bytes;

    /// <summary>Length of an SRTP packet's tag, in octets.</summary>
    public static int RtpTagLength_bytes(this SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm or SrtpProfile.AeadAes256Gcm => Tag_bytes,
        SrtpProfile.Aes128CmHmacSha1_80 or SrtpProfile.Aes256CmHmacSha1_80 => 10,
        SrtpProfile.Aes128CmHmacSha1_32 or SrtpProfile.Aes256CmHmacSha1_32 => 4,
        _ => throw new ArgumentOutOfRangeException(nameof(profile)),
    };

    /// <summary>Length of an SRTCP packet's tag, in octets: never below 80 bits (RFC 3711 5.2).</summary>
    public static int RtcpTagLength_bytes(this SrtpProfile profile) => profile.IsAead() ? Tag_bytes : 10;
}
