using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace MediaEngine.Srtp;

/// <summary>AES counter mode from the framework's block cipher: counters are encrypted many at a time.</summary>
internal sealed class FrameworkCounterCipher : CounterCipher
{
    private const int Batch_bytes = 16 * Block_bytes;

    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _counters = new byte[Batch_bytes];
    private readonly byte[] _keystream = GC.AllocateArray<byte>(Batch_bytes, pinned: true);
    private ICryptoTransform _encryptor;

    public FrameworkCounterCipher(ReadOnlySpan<byte> key)
    {
        _aes.Mode = CipherMode.ECB;
        _aes.Padding = PaddingMode.None;
        _aes.SetKey(key);
        _encryptor = _aes.CreateEncryptor();
    }

    public override void SetKey(ReadOnlySpan<byte> key)
    {
        _encryptor.Dispose();
        _aes.SetKey(key);
        _encryptor = _aes.CreateEncryptor();
    }

    public override void ApplyKeystream(ReadOnlySpan<byte> counter, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, source.Length);
        ushort block = 0;
        for (int done = 0; done < source.Length;)
        {
            int take = Math.Min(source.Length - done, Batch_bytes);
            int blocks = (take + Block_bytes - 1) / Block_bytes;
            for (int i = 0; i < blocks; i++)
            {
                Span<byte> next = _counters.AsSpan(i * Block_bytes, Block_bytes);
                counter.CopyTo(next);
                BinaryPrimitives.WriteUInt16BigEndian(next[14..], block++);
            }
            _encryptor.TransformBlock(_counters, 0, blocks * Block_bytes, _keystream, 0);
            ExclusiveOr(source.Slice(done, take), _keystream, destination[done..]);
            done += take;
        }
        CryptographicOperations.ZeroMemory(_keystream);
    }

    public override void Dispose()
    {
        _encryptor.Dispose();
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_keystream);
    }

    private static void ExclusiveOr(ReadOnlySpan<byte> source, ReadOnlySpan<byte> keystream, Span<byte> destination)
    {
        int i = 0;
        for (; source.Length - i >= Vector<byte>.Count; i += Vector<byte>.Count)
            (new Vector<byte>(source[i..]) ^ new Vector<byte>(keystream[i..])).CopyTo(destination[i..]);
        for (; i < source.Length; i++)
            destination[i] = (byte)(source[i] ^ keystream[i]);
    }
}
