using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Block = System.Runtime.Intrinsics.Vector128<byte>;

namespace MediaEngine.Srtp;

/// <summary>
/// The last 1..15 octets of a text, without masks and without touching what lies behind them: two or three reads or writes
/// that overlap and agree where they do.
/// </summary>
internal static class PartialBlock
{
    /// <summary>The octets, padded with zeros.</summary>
    public static Block Load(ref byte octets, int count)
    {
        if (count >= 8)
        {
            ulong last = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref octets, count - 8));
            int overlap_bits = 8 * (16 - count);
            // In two halves: a shift by 64 would be a shift by 0.
            ulong high = last >> (overlap_bits / 2) >> (overlap_bits / 2);
            return Vector128.Create(Unsafe.ReadUnaligned<ulong>(ref octets), high).AsByte();
        }
        if (count >= 4)
        {
            ulong first = Unsafe.ReadUnaligned<uint>(ref octets);
            ulong last = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref octets, count - 4));
            return Vector128.Create(first | last << 8 * (count - 4), 0).AsByte();
        }
        ulong value = octets;
        value |= (ulong)Unsafe.Add(ref octets, count / 2) << 8 * (count / 2);
        value |= (ulong)Unsafe.Add(ref octets, count - 1) << 8 * (count - 1);
        return Vector128.Create(value, 0).AsByte();
    }

    /// <summary>Writes the first octets of <paramref name="block"/>.</summary>
    public static void Store(ref byte octets, Block block, int count)
    {
        ulong low = block.AsUInt64().ToScalar();
        if (count >= 8)
        {
            int skipped_bits = 8 * (count - 8);
            ulong last = low >> skipped_bits | block.AsUInt64().GetElement(1) << 1 << (63 - skipped_bits);
            Unsafe.WriteUnaligned(ref octets, low);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref octets, count - 8), last);
        }
        else if (count >= 4)
        {
            Unsafe.WriteUnaligned(ref octets, (uint)low);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref octets, count - 4), (uint)(low >> 8 * (count - 4)));
        }
        else
        {
            octets = (byte)low;
            Unsafe.Add(ref octets, count / 2) = (byte)(low >> 8 * (count / 2));
            Unsafe.Add(ref octets, count - 1) = (byte)(low >> 8 * (count - 1));
        }
    }

    /// <summary>The first octets of <paramref name="block"/>, then zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block Keep(Block block, int count) =>
        block & Vector128.LessThan(
            Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), Vector128.Create((byte)count));
}
