using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace MediaEngine.Srtp;

/// <summary>HMAC-SHA1 (RFC 2104) of <c>message ‖ 32-bit trailer</c>, with the key's two pads absorbed beforehand.</summary>
internal sealed class HmacSha1 : IDisposable
{
    public const int Output_bytes = 20;

    private readonly uint[] _pads = GC.AllocateArray<uint>(2 * Sha1Block.StateWords, pinned: true);

    /// <summary>SHA-1's state after the key's inner pad.</summary>
    public ReadOnlySpan<uint> Inner => _pads.AsSpan(0, Sha1Block.StateWords);

    /// <summary>SHA-1's state after the key's outer pad.</summary>
    public ReadOnlySpan<uint> Outer => _pads.AsSpan(Sha1Block.StateWords);

    /// <param name="key">At most 64 octets.</param>
    public void SetKey(ReadOnlySpan<byte> key)
    {
        Absorb(key, 0x36, _pads.AsSpan(0, Sha1Block.StateWords));
        Absorb(key, 0x5C, _pads.AsSpan(Sha1Block.StateWords));
    }

    /// <summary>Writes the leftmost octets of the code: as many as <paramref name="tag"/> has, at most 20.</summary>
    [SkipLocalsInit]
    public void Compute(ReadOnlySpan<byte> message, uint trailer, Span<byte> tag)
    {
        Span<uint> state = stackalloc uint[Sha1Block.StateWords];
        Span<byte> last = stackalloc byte[2 * Sha1Block.Block_bytes];
        Inner.CopyTo(state);
        int whole = message.Length & ~(Sha1Block.Block_bytes - 1);
        Sha1Block.Compress(state, message[..whole]);
        Sha1Block.Compress(state, last[..WriteLastBlocks(message, trailer, last)]);

        Span<byte> block = last[..Sha1Block.Block_bytes];
        WriteOuterBlock(state, block);
        Outer.CopyTo(state);
        Sha1Block.Compress(state, block);
        Span<byte> code = block[..Output_bytes];
        for (int i = 0; i < Sha1Block.StateWords; i++)
            BinaryPrimitives.WriteUInt32BigEndian(code[(4 * i)..], state[i]);
        code[..tag.Length].CopyTo(tag);
    }

    /// <summary>Compares in constant time.</summary>
    [SkipLocalsInit]
    public bool Verify(ReadOnlySpan<byte> message, uint trailer, ReadOnlySpan<byte> tag)
    {
        Span<byte> expected = stackalloc byte[Output_bytes];
        expected = expected[..tag.Length];
        Compute(message, trailer, expected);
        return CryptographicOperations.FixedTimeEquals(expected, tag);
    }

    public void Dispose() => _pads.AsSpan().Clear();

    /// <summary>
    /// Writes what follows the message's whole blocks: the rest, the trailer and SHA-1's padding after one more block for
    /// the inner pad. Returns 64 or 128 octets.
    /// </summary>
    public static int WriteLastBlocks(ReadOnlySpan<byte> message, uint trailer, Span<byte> destination128)
    {
        ReadOnlySpan<byte> rest = message[(message.Length & ~(Sha1Block.Block_bytes - 1))..];
        int used = rest.Length + sizeof(uint);
        int length = used + 1 + sizeof(ulong) <= Sha1Block.Block_bytes ? Sha1Block.Block_bytes : 2 * Sha1Block.Block_bytes;
        rest.CopyTo(destination128);
        BinaryPrimitives.WriteUInt32BigEndian(destination128[rest.Length..], trailer);
        destination128[used] = 0x80;
        destination128[(used + 1)..(length - sizeof(ulong))].Clear();
        ulong hashed_bits = 8 * (ulong)(Sha1Block.Block_bytes + message.Length + sizeof(uint));
        BinaryPrimitives.WriteUInt64BigEndian(destination128[(length - sizeof(ulong))..], hashed_bits);
        return length;
    }

    private static void WriteOuterBlock(ReadOnlySpan<uint> innerHash, Span<byte> block)
    {
        for (int i = 0; i < Sha1Block.StateWords; i++)
            BinaryPrimitives.WriteUInt32BigEndian(block[(4 * i)..], innerHash[i]);
        block[Output_bytes] = 0x80;
        block[(Output_bytes + 1)..].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(block[62..], 8 * (Sha1Block.Block_bytes + Output_bytes));
    }

    private static void Absorb(ReadOnlySpan<byte> key, byte pad, Span<uint> state)
    {
        Span<byte> block = stackalloc byte[Sha1Block.Block_bytes];
        block.Fill(pad);
        for (int i = 0; i < key.Length; i++)
            block[i] ^= key[i];
        Sha1Block.InitialState.CopyTo(state);
        Sha1Block.Compress(state, block);
        CryptographicOperations.ZeroMemory(block);
    }
}
