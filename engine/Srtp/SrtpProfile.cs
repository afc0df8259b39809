namespace MediaEngine.Srtp;

/// <summary>The AEAD protection profiles of RFC 7714 12; the tag is always 16 octets.</summary>
public enum SrtpProfile
{
    /// <summary>AEAD_AES_128_GCM: master key 16 octets, master salt 12.</summary>
    AeadAes128Gcm,

    /// <summary>AEAD_AES_256_GCM: master key 32 octets, master salt 12.</summary>
    AeadAes256Gcm,
}
