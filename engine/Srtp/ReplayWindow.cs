using System.Numerics;
using System.Runtime.CompilerServices;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// Which of the last packets have been accepted (RFC 3711 3.3.2): a ring of bits indexed by packet index. Exact: an index
/// is refused if and only if it was accepted before or lies <see cref="Size_packets"/> or more behind the highest.
/// </summary>
internal sealed class ReplayWindow
{
    public const int MinSize_packets = 64;
    public const int MaxSize_packets = 32768;

    // The object and 1024 bits.
    private const int Size_bytes = 200;

    private readonly ulong[] _seen;
    private readonly ulong _ringMask;

    public ReplayWindow(int size_packets, ulong firstIndex)
    {
        Size_packets = size_packets;
        uint ring = BitOperations.RoundUpToPowerOf2((uint)size_packets);
        _seen = new ulong[ring / 64];
        _ringMask = ring - 1;
        Highest = firstIndex;
        Mark(firstIndex);
    }

    public int Size_packets { get; }

    /// <summary>The highest index accepted.</summary>
    public ulong Highest { get; private set; }

    /// <summary><see cref="SrtpOutcome.Ok"/>, <see cref="SrtpOutcome.Replayed"/> or <see cref="SrtpOutcome.TooOld"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SrtpOutcome Check(ulong index) => index > Highest ? SrtpOutcome.Ok : CheckBehind(index);

    /// <summary>Records an index for which <see cref="Check"/> said Ok. Call only after the tag verified.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Accept(ulong index)
    {
        if (index > Highest)
        {
            // The slot of the index itself is marked below, so in order there is nothing to forget.
            if (index > Highest + 1)
                Forget(Highest + 1, Math.Min(index - Highest, _ringMask + 1));
            Highest = index;
        }
        Mark(index);
    }

    /// <summary>Has the processor fetch the window; the bits lie behind it, for they were made after it.</summary>
    public static void Prefetch(ReplayWindow? window) => ObjectFetch.Fetch(window, Size_bytes);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private SrtpOutcome CheckBehind(ulong index)
    {
        if (Highest - index >= (ulong)Size_packets)
            return SrtpOutcome.TooOld;
        ulong slot = index & _ringMask;
        return (_seen[slot >> 6] >> (int)(slot & 63) & 1) != 0 ? SrtpOutcome.Replayed : SrtpOutcome.Ok;
    }

    private void Mark(ulong index)
    {
        ulong slot = index & _ringMask;
        _seen[slot >> 6] |= 1UL << (int)(slot & 63);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Forget(ulong from, ulong count)
    {
        while (count > 0)
        {
            ulong slot = from & _ringMask;
            int bit = (int)(slot & 63);
            ulong bits = Math.Min(count, (ulong)(64 - bit));
            ulong mask = (bits == 64 ? ulong.MaxValue : (1UL << (int)bits) - 1) << bit;
            _seen[slot >> 6] &= ~mask;
            from += bits;
            count -= bits;
        }
    }
}
