namespace MediaEngine.Srtp;

/// <summary>Key, salt and tag lengths of the profiles (RFC 7714 12).</summary>
public static class SrtpProfileLengths
{
    public const int Salt_bytes = 12;

    public const int Tag_bytes = 16;

    /// <summary>RFC 3711 allows more; 16 octets hold every MKI of TS 33.180 (4 or 8).</summary>
    public const int MaxMki_bytes = 16;

    /// <summary>Length of the master key and of the session keys, in octets.</summary>
    public static int KeyLength_bytes(this SrtpProfile profile) => profile switch
    {
        SrtpProfile.AeadAes128Gcm => 16,
        SrtpProfile.AeadAes256Gcm => 32,
        _ => throw new ArgumentOutOfRangeException(nameof(profile)),
    };
}
