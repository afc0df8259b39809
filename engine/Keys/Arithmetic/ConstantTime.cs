using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MediaEngine.Keys;

/// <summary>Multiplication of any element by a secret scalar, and the reading of tables by a secret index.</summary>
internal static class ConstantTime
{
    private const int Window_bits = 4;

    /// <summary>entries[index], by reading all of them; an entry is a multiple of 32 octets long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Select<T>(ReadOnlySpan<T> entries, ulong index)
        where T : unmanaged
    {
        T chosen = default;
        ref ulong result = ref Unsafe.As<T, ulong>(ref chosen);
        nuint words = (nuint)Unsafe.SizeOf<T>() / sizeof(ulong);
        for (int i = 0; i < entries.Length; i++)
        {
            Vector256<ulong> mask = Vector256.Create(EqualMask((ulong)i, index));
            ref ulong entry = ref Unsafe.As<T, ulong>(ref Unsafe.AsRef(in entries[i]));
            for (nuint word = 0; word < words; word += (nuint)Vector256<ulong>.Count)
            {
                Vector256<ulong> part = Vector256.LoadUnsafe(ref entry, word) & mask;
                (Vector256.LoadUnsafe(ref result, word) | part).StoreUnsafe(ref result, word);
            }
        }
        return chosen;
    }

    /// <summary>scalar · element, by windows of four bits.</summary>
    public static T Multiply<T>(in T element, ReadOnlySpan<byte> scalar)
        where T : unmanaged, IGroupElement<T>
    {
        Span<T> multiples = stackalloc T[1 << Window_bits];
        multiples[0] = T.Identity;
        for (int i = 1; i < multiples.Length; i++)
            multiples[i] = T.Combine(multiples[i - 1], element);
        T sum = T.Identity;
        foreach (byte octet in scalar)
        {
            sum = T.Combine(MultiplyBySixteen(sum), Select<T>(multiples, (ulong)octet >> Window_bits));
            sum = T.Combine(MultiplyBySixteen(sum), Select<T>(multiples, (ulong)octet & 0xF));
        }
        multiples.Clear();
        return sum;
    }

    private static T MultiplyBySixteen<T>(in T value)
        where T : unmanaged, IGroupElement<T> => T.Twice(T.Twice(T.Twice(T.Twice(value))));

    // Both are far below 2^63.
    private static ulong EqualMask(ulong left, ulong right) => 0 - (((left ^ right) - 1) >> 63);
}
