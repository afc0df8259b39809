using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace MediaEngine.Srtp;

/// <summary>
/// Powers of H and round keys of one key in one piece of memory: H^24 … H^1, then the round keys. The last vector of a packet reads powers
/// for four blocks even where only two are left, so what lies behind H must be readable; any value does there. About 600 octets: a thousand
/// keys fit into the second-level cache. Not of the collector's pinned heap: with tens of thousands of keys there, and the gaps of those that
/// are gone, one more took it a tenth of a millisecond. Who holds it frees it once, and outlives the use of its pointers.
/// </summary>
internal readonly unsafe struct GcmKeyMemory
{
    /// <summary>
    /// Blocks multiplied before one common reduction: three chunks of eight. 320 octets of payload with their header and
    /// lengths need one reduction.
    /// </summary>
    public const int Powers = 24;

    private const int Block_bytes = 16;
    private const int Alignment_bytes = 64;
    private const int ShortPacketPowers = 8;

    private readonly int _roundKeys;

    public GcmKeyMemory(int key_bytes)
    {
        _roundKeys = (key_bytes == 16 ? Aes128Rounds.Count : Aes256Rounds.Count) + 1;
        RoundKeys = (Vector128<byte>*)NativeMemory.AlignedAlloc((nuint)Size_bytes, Alignment_bytes) + Powers;
    }

    public Vector128<byte>* RoundKeys { get; }

    /// <summary>Right behind H: H^n begins n blocks before it.</summary>
    public Vector128<ulong>* PowersEnd => (Vector128<ulong>*)RoundKeys;

    /// <summary>Sets the powers to <paramref name="ascending"/>, which begins with H.</summary>
    public void SetPowers(ReadOnlySpan<Vector128<ulong>> ascending)
    {
        for (int i = 0; i < Powers; i++)
            *(PowersEnd - 1 - i) = ascending[i];
    }

    /// <summary>What a packet of a hundred octets needs.</summary>
    public PinnedMemory ForShortPacket => new((byte*)(PowersEnd - ShortPacketPowers), (ShortPacketPowers + _roundKeys) * Block_bytes);

    private int Size_bytes => (Powers + _roundKeys) * Block_bytes;

    /// <summary>Zeroes and frees it.</summary>
    public void Free()
    {
        if (RoundKeys is null)
            return;
        byte* start = (byte*)(PowersEnd - Powers);
        CryptographicOperations.ZeroMemory(new Span<byte>(start, Size_bytes));
        NativeMemory.AlignedFree(start);
    }
}
