namespace MediaEngine.Keys;

/// <summary>Multiplication of any element by a secret scalar, and the reading of tables by a secret index.</summary>
internal static class ConstantTime
{
    private const int Window_bits = 4;

    /// <summary>entries[index], by reading all of them.</summary>
    public static T Select<T>(ReadOnlySpan<T> entries, ulong index)
        where T : unmanaged, IGroupElement<T>
    {
        T chosen = entries[0];
        for (int i = 1; i < entries.Length; i++)
            chosen = T.Select(EqualMask((ulong)i, index), entries[i], chosen);
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
