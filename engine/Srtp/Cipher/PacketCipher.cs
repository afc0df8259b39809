namespace MediaEngine.Srtp;

/// <summary>
/// AES-GCM under one key with 12-octet nonces and 16-octet tags: the seam behind which a faster kernel may stand.
/// Nothing is allocated per packet.
/// </summary>
internal abstract class PacketCipher : IDisposable
{
    public const int Nonce_bytes = 12;
    public const int Tag_bytes = 16;

    /// <summary>The cipher of this machine for a key of 16 or 32 octets.</summary>
    public static PacketCipher Create(ReadOnlySpan<byte> key) =>
        CipherChoice.UsesProcessorInstructions
            ? WideGcmCipher.IsSupported ? new WideGcmCipher(key) : new AesNiGcmCipher(key)
            : new FrameworkGcmCipher(key);

    /// <summary>The kind of cipher this machine gets, for a log.</summary>
    public static string Name =>
        !CipherChoice.UsesProcessorInstructions ? "framework" : WideGcmCipher.IsSupported ? "AES-NI, 256-bit CLMUL" : "AES-NI";

    /// <summary>Encrypts <paramref name="text"/> in place.</summary>
    public abstract void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> text, Span<byte> tag);

    /// <summary>
    /// Decrypts into <paramref name="text"/>, which has the ciphertext's length and is either the same memory or does not
    /// overlap it. When the tag is wrong: false, and <paramref name="text"/> is zeroed.
    /// </summary>
    public abstract bool Open(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag,
        Span<byte> text);

    public abstract void Dispose();
}
