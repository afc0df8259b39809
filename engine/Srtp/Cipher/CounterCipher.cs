namespace MediaEngine.Srtp;

/// <summary>AES in counter mode under one key (RFC 3711 4.1.1, RFC 6188). Nothing is allocated per packet.</summary>
internal abstract class CounterCipher : IDisposable
{
    public const int Block_bytes = 16;

    /// <summary>The cipher of this machine for a key of 16, 24 or 32 octets.</summary>
    public static CounterCipher Create(ReadOnlySpan<byte> key) =>
        CipherChoice.UsesProcessorInstructions && key.Length != 24 ? new BlockCounterCipher(key) : new FrameworkCounterCipher(key);

    /// <summary>Goes on with another key of the same length.</summary>
    public abstract void SetKey(ReadOnlySpan<byte> key);

    /// <summary>
    /// XORs <paramref name="source"/> with the keystream that starts at <paramref name="counter"/>, whose last two octets are
    /// zero: at most 2^16 blocks. <paramref name="destination"/> is as long, and the same memory or apart.
    /// </summary>
    public abstract void ApplyKeystream(ReadOnlySpan<byte> counter, ReadOnlySpan<byte> source, Span<byte> destination);

    public abstract void Dispose();
}
