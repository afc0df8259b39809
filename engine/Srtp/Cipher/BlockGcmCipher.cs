using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Block = System.Runtime.Intrinsics.Vector128<byte>;

namespace MediaEngine.Srtp;

/// <summary>
/// AES-GCM on 128-bit AES and carry-less multiplication, for small packets: what a call into the system's crypto library
/// costs is many times what the packet costs. Verifies the tag before it decrypts anything. Constant time in key and text.
/// </summary>
internal sealed class BlockGcmCipher : PacketCipher
{
    private readonly Block[] _roundKeys = GC.AllocateArray<Block>(AesBlocks.MaxRoundKeys, pinned: true);
    private readonly Vector128<ulong>[] _hashPowers = GC.AllocateArray<Vector128<ulong>>(CarrylessHash.Powers, pinned: true);
    private readonly int _rounds;
    private bool _disposed;

    public BlockGcmCipher(ReadOnlySpan<byte> key)
    {
        _rounds = AesBlocks.RoundsFor(key.Length);
        ExpandKey(key);
    }

    /// <summary>The processor has the instructions.</summary>
    public static bool IsSupported => BlockInstructions.AreSupported;

    private ref Block RoundKeys => ref MemoryMarshal.GetArrayDataReference(_roundKeys);

    public override bool TrySetKey(ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(AesBlocks.RoundsFor(key.Length), _rounds);
        ExpandKey(key);
        return true;
    }

    public override void Seal(
        Vector128<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> text, Span<byte> tag)
    {
        Check(tag);
        Vector128<uint> counter = AesBlocks.FirstCounter(nonce);
        AesBlocks.ApplyKeystream(ref RoundKeys, _rounds, counter, text, text);
        Tag(counter, associatedData, text).CopyTo(tag);
    }

    public override bool Open(
        Vector128<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag,
        Span<byte> text)
    {
        Check(tag);
        ArgumentOutOfRangeException.ThrowIfNotEqual(text.Length, ciphertext.Length);
        Vector128<uint> counter = AesBlocks.FirstCounter(nonce);
        Block difference = Tag(counter, associatedData, ciphertext) ^ Vector128.Create(tag);
        if (difference != Block.Zero)
        {
            CryptographicOperations.ZeroMemory(text);
            return false;
        }
        AesBlocks.ApplyKeystream(ref RoundKeys, _rounds, counter, ciphertext, text);
        return true;
    }

    public override void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_roundKeys.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_hashPowers.AsSpan()));
    }

    private void ExpandKey(ReadOnlySpan<byte> key)
    {
        AesBlocks.ExpandKey(key, _roundKeys);
        Block hashKey = AesBlocks.Encrypt(ref RoundKeys, _rounds, Block.Zero);
        CarrylessHash.ExpandKey(hashKey, _hashPowers);
    }

    private Block Tag(Vector128<uint> counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext)
    {
        Block mask = AesBlocks.Encrypt(ref RoundKeys, _rounds, AesBlocks.CounterBlock(counter, 0));
        return mask ^ CarrylessHash.Hash(ref MemoryMarshal.GetArrayDataReference(_hashPowers), associatedData, ciphertext);
    }

    private void Check(ReadOnlySpan<byte> tag)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, Tag_bytes);
    }
}
