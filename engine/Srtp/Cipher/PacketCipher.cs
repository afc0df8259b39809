using System.Runtime.Intrinsics;

namespace MediaEngine.Srtp;

/// <summary>
/// AES-GCM under one key with 12-octet nonces and 16-octet tags: the seam behind which a faster kernel may stand.
/// Nothing is allocated per packet.
/// </summary>
internal abstract class PacketCipher : IDisposable
{
    public const int Nonce_bytes = 12;
    public const int Tag_bytes = 16;

    /// <summary>No cipher's object is larger.</summary>
    public const int Size_bytes = 56;

    /// <summary>The cipher of this machine for a key of 16 or 32 octets.</summary>
    public static PacketCipher Create(ReadOnlySpan<byte> key) => CipherChoice.Create(key);

    /// <summary>The 12 octets of a nonce, then zeros.</summary>
    public static Vector128<byte> Nonce(ReadOnlySpan<byte> octets)
    {
        Span<byte> padded = stackalloc byte[16];
        padded.Clear();
        octets[..Nonce_bytes].CopyTo(padded);
        return Vector128.Create<byte>(padded);
    }

    /// <summary>Goes on with another key of the same length; false when the cipher cannot, and a new one is needed.</summary>
    public virtual bool TrySetKey(ReadOnlySpan<byte> key) => false;

    /// <summary>What a packet of a hundred octets reads of the key; empty when the key lies in many places.</summary>
    public virtual PinnedMemory ShortPacketKeys => default;

    /// <summary>Encrypts <paramref name="text"/> in place.</summary>
    /// <param name="nonce">As <see cref="Nonce"/> makes it.</param>
    /// <param name="associatedData">Authenticated, not encrypted.</param>
    /// <param name="text">Any length.</param>
    /// <param name="tag">16 octets.</param>
    public abstract void Seal(
        Vector128<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> text, Span<byte> tag);

    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> text, Span<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, Nonce_bytes);
        Seal(Nonce(nonce), associatedData, text, tag);
    }

    /// <summary>
    /// Decrypts into <paramref name="text"/>, which has the ciphertext's length and is either the same memory or does not
    /// overlap it. When the tag is wrong: false, and <paramref name="text"/> is zeroed.
    /// </summary>
    public abstract bool Open(
        Vector128<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag,
        Span<byte> text);

    public bool Open(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag,
        Span<byte> text)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, Nonce_bytes);
        return Open(Nonce(nonce), associatedData, ciphertext, tag, text);
    }

    public abstract void Dispose();
}
