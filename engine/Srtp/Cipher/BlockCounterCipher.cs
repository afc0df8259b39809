using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Block = System.Runtime.Intrinsics.Vector128<byte>;

namespace MediaEngine.Srtp;

/// <summary>AES counter mode on the processor's AES instructions.</summary>
internal sealed class BlockCounterCipher : CounterCipher
{
    private readonly Block[] _roundKeys;
    private readonly int _rounds;
    private bool _disposed;

    public BlockCounterCipher(ReadOnlySpan<byte> key)
    {
        _rounds = AesBlocks.RoundsFor(key.Length);
        _roundKeys = GC.AllocateArray<Block>(_rounds + 1, pinned: true);
        AesBlocks.ExpandKey(key, _roundKeys);
    }

    public override void SetKey(ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(AesBlocks.RoundsFor(key.Length), _rounds);
        AesBlocks.ExpandKey(key, _roundKeys);
    }

    public override void ApplyKeystream(ReadOnlySpan<byte> counter, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, source.Length);
        // The rounds take the counter in host order and begin with the block after it.
        uint before = BinaryPrimitives.ReadUInt32BigEndian(counter[12..]) - 1;
        AesBlocks.ApplyKeystream(
            ref MemoryMarshal.GetArrayDataReference(_roundKeys), _rounds,
            Vector128.Create(counter).AsUInt32().WithElement(3, before), source, destination);
    }

    public override void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_roundKeys.AsSpan()));
    }
}
