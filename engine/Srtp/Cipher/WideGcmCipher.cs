using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Block = System.Runtime.Intrinsics.Vector128<byte>;
using Counter = System.Runtime.Intrinsics.Vector128<uint>;

namespace MediaEngine.Srtp;

/// <summary>
/// AES-GCM on AES-NI and wide carry-less multiplication (VPCLMULQDQ). Decrypts while it verifies and wipes what it wrote
/// when the tag is wrong. Constant time in key and text.
/// </summary>
internal sealed unsafe class WideGcmCipher<TWidth> : PacketCipher
    where TWidth : struct, IVectorWidth
{
    private readonly GcmKeyMemory _key;
    private readonly bool _is256;
    private bool _disposed;

    public WideGcmCipher(ReadOnlySpan<byte> key)
    {
        _is256 = key.Length == 32;
        _key = new GcmKeyMemory(key.Length);
        Expand(key);
    }

    public override PinnedMemory ShortPacketKeys => _key.ForShortPacket;

    public override void Seal(
        Vector128<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> text, Span<byte> tag)
    {
        Check(tag);
        Counter first = AesBlocks.FirstCounter(nonce);
        fixed (byte* associated = associatedData, octets = text)
        {
            Block result = _is256
                ? WideGcm<Aes256Rounds, TWidth>.Seal(_key.RoundKeys, first, associated, associatedData.Length, octets, octets, text.Length)
                : WideGcm<Aes128Rounds, TWidth>.Seal(_key.RoundKeys, first, associated, associatedData.Length, octets, octets, text.Length);
            result.CopyTo(tag);
            // The kernel holds bare pointers into the key's memory, which goes when nobody has the cipher any more.
            GC.KeepAlive(this);
        }
    }

    public override bool Open(
        Vector128<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag,
        Span<byte> text)
    {
        Check(tag);
        ArgumentOutOfRangeException.ThrowIfNotEqual(text.Length, ciphertext.Length);
        Counter first = AesBlocks.FirstCounter(nonce);
        fixed (byte* associated = associatedData, from = ciphertext, to = text)
        {
            Block expected = Vector128.Create(tag);
            Block actual = _is256
                ? WideGcm<Aes256Rounds, TWidth>.Open(_key.RoundKeys, first, associated, associatedData.Length, from, to, text.Length)
                : WideGcm<Aes128Rounds, TWidth>.Open(_key.RoundKeys, first, associated, associatedData.Length, from, to, text.Length);
            GC.KeepAlive(this);
            if ((actual ^ expected) == Block.Zero)
                return true;
        }
        CryptographicOperations.ZeroMemory(text);
        return false;
    }

    public override bool TrySetKey(ReadOnlySpan<byte> key)
    {
        if (_disposed || key.Length != (_is256 ? 32 : 16))
            return false;
        Expand(key);
        return true;
    }

    ~WideGcmCipher() => _key.Free();

    public override void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _key.Free();
        GC.SuppressFinalize(this);
    }

    private void Expand(ReadOnlySpan<byte> key)
    {
        Span<Vector128<ulong>> powers = stackalloc Vector128<ulong>[GcmKeyMemory.Powers];
        int rounds = AesBlocks.RoundsFor(key.Length);
        AesBlocks.ExpandKey(key, new Span<Block>(_key.RoundKeys, rounds + 1));
        CarrylessHash.ExpandKey(AesBlocks.Encrypt(ref *_key.RoundKeys, rounds, Block.Zero), powers);
        _key.SetPowers(powers);
        powers.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Check(ReadOnlySpan<byte> tag)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, Tag_bytes);
    }
}
