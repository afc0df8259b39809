using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace MediaEngine.Srtp;

/// <summary>
/// Round keys and powers of H of one key in one piece of pinned memory, as the kernels walk through it: the round keys,
/// then H^24 … H^1. About 600 octets: a thousand keys fit into the second-level cache.
/// </summary>
internal sealed unsafe class GcmKeyMemory
{
    /// <summary>
    /// Blocks multiplied before one common reduction: three chunks of eight. 320 octets of payload with their header and
    /// lengths need one reduction.
    /// </summary>
    public const int Powers = 24;

    private const int Block_bytes = 16;
    private const int Alignment_bytes = 32;

    // The last vector of a packet reads powers for four blocks, even where only two are left; any value does there.
    private const int BehindPowers_bytes = 2 * Block_bytes;

    private readonly byte[] _memory;

    public GcmKeyMemory(int key_bytes)
    {
        int roundKeys = (key_bytes == 16 ? Aes128Rounds.Count : Aes256Rounds.Count) + 1;
        int powersAt = (roundKeys * Block_bytes + Alignment_bytes - 1) & -Alignment_bytes;
        int used_bytes = powersAt + Powers * Block_bytes;
        // The pinned heap aligns to 8.
        _memory = GC.AllocateArray<byte>(used_bytes + BehindPowers_bytes + Alignment_bytes - 8, pinned: true);
        nuint start = (nuint)Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        RoundKeys = (Vector128<byte>*)((start + Alignment_bytes - 1) & ~(nuint)(Alignment_bytes - 1));
        PowersEnd = (Vector128<ulong>*)((byte*)RoundKeys + used_bytes);
    }

    public Vector128<byte>* RoundKeys { get; }

    /// <summary>Right behind H: H^n begins n blocks before it.</summary>
    public Vector128<ulong>* PowersEnd { get; }

    /// <summary>Sets the powers to <paramref name="ascending"/>, which begins with H.</summary>
    public void SetPowers(ReadOnlySpan<Vector128<ulong>> ascending)
    {
        for (int i = 0; i < Powers; i++)
            *(PowersEnd - 1 - i) = ascending[i];
    }

    public void Clear() => CryptographicOperations.ZeroMemory(_memory);
}
