namespace MediaEngine.Keys;

/// <summary>
/// Multiples of one base for many multiplications (Lim-Lee comb): a scalar's bits are read in six rows, so that a
/// sixth of its length in doublings is enough. Which entry is taken never shows: all are read every time.
/// </summary>
internal sealed class FixedBaseTable<T>
    where T : unmanaged, IGroupElement<T>
{
    private const int Rows = 6;

    private readonly T[] _entries = new T[1 << Rows];
    private readonly int _scalar_bytes;
    private readonly int _columns;

    /// <param name="scalar_bytes">Length of every scalar, big-endian.</param>
    public FixedBaseTable(in T element, int scalar_bytes)
    {
        _scalar_bytes = scalar_bytes;
        _columns = ((scalar_bytes * 8) + Rows - 1) / Rows;
        _entries[0] = T.Identity;
        T power = element;
        for (int row = 0; row < Rows; row++)
        {
            int first = 1 << row;
            for (int i = 0; i < first; i++)
                _entries[first + i] = T.Combine(_entries[i], power);
            for (int i = 0; i < _columns && row < Rows - 1; i++)
                power = T.Twice(power);
        }
    }

    /// <summary>scalar · base.</summary>
    public T Multiply(ReadOnlySpan<byte> scalar)
    {
        T sum = T.Identity;
        for (int column = _columns - 1; column >= 0; column--)
            sum = T.Combine(T.Twice(sum), Entry(scalar, column));
        return sum;
    }

    /// <summary>scalar · base + otherScalar · other's base; both tables are made for scalars of one length.</summary>
    public T MultiplyAndAdd(ReadOnlySpan<byte> scalar, FixedBaseTable<T> other, ReadOnlySpan<byte> otherScalar)
    {
        T sum = T.Identity;
        for (int column = _columns - 1; column >= 0; column--)
        {
            sum = T.Combine(T.Twice(sum), Entry(scalar, column));
            sum = T.Combine(sum, other.Entry(otherScalar, column));
        }
        return sum;
    }

    private T Entry(ReadOnlySpan<byte> scalar, int column)
    {
        ulong index = 0;
        for (int row = 0; row < Rows; row++)
        {
            int bit = (row * _columns) + column;
            int octet = _scalar_bytes - 1 - (bit >> 3);
            // The last row may reach beyond the scalar.
            if (octet >= 0)
                index |= (ulong)((scalar[octet] >> (bit & 7)) & 1) << row;
        }
        return ConstantTime.Select<T>(_entries, index);
    }
}
