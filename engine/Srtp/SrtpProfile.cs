namespace MediaEngine.Srtp;

/// <summary>Protection profiles: the AEAD suites of RFC 7714 12 and the AES-CM suites of RFC 3711 and RFC 6188.</summary>
public enum SrtpProfile
{
    /// <summary>AEAD_AES_128_GCM: master key 16 octets, master salt 12, tag 16.</summary>
    AeadAes128Gcm,

    /// <summary>AEAD_AES_256_GCM: master key 32 octets, master salt 12, tag 16.</summary>
    AeadAes256Gcm,

    /// <summary>AES_CM_128_HMAC_SHA1_80: master key 16 octets, master salt 14, tag 10.</summary>
    Aes128CmHmacSha1_80,

    /// <summary>AES_CM_128_HMAC_SHA1_32: as _80, but SRTP tags have 4 octets; SRTCP tags keep 10 (RFC 3711 5.2).</summary>
    Aes128CmHmacSha1_32,

    /// <summary>AES_256_CM_HMAC_SHA1_80: master key 32 octets, master salt 14, tag 10.</summary>
    Aes256CmHmacSha1_80,

    /// <summary>AES_256_CM_HMAC_SHA1_32: as _80, but SRTP tags have 4 octets; SRTCP tags keep 10.</summary>
    Aes256CmHmacSha1_32,
}
