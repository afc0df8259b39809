using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MediaEngine.Floor;

/// <summary>Walks the fields of a message in the order of the wire (TS 24.380 8.1.3). Enumerable with foreach.</summary>
public ref struct FloorFieldReader
{
    private const byte FirstIdWithTwoLengthOctets = 192;

    private readonly bool _hasSsrcLists;
    private ReadOnlySpan<byte> _rest;

    internal FloorFieldReader(ReadOnlySpan<byte> fields, bool hasSsrcLists)
    {
        _rest = fields;
        _hasSsrcLists = hasSsrcLists;
    }

    /// <summary>The identifier of the current field; values outside the enum are fields this release does not know.</summary>
    public FloorField Id { get; private set; }

    /// <summary>The current field's value, without padding.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public readonly FloorFieldReader Current => this;

    public readonly FloorFieldReader GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty || !TryMeasure(_rest, _hasSsrcLists, out int header_bytes, out int value_bytes))
            return false;
        Id = (FloorField)_rest[0];
        int end = header_bytes + value_bytes;
        Value = _rest[header_bytes..end];
        _rest = _rest[Math.Min(end + 3 & ~3, _rest.Length)..];
        return true;
    }

    /// <summary>How long the field at the beginning is; false when it does not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryMeasure(ReadOnlySpan<byte> field, bool hasSsrcLists, out int header_bytes, out int value_bytes)
    {
        header_bytes = 2;
        value_bytes = 0;
        if (field.Length < 2)
            return false;
        value_bytes = field[1];
        if (field[0] >= FirstIdWithTwoLengthOctets)
        {
            header_bytes = 3;
            if (field.Length < 3)
                return false;
            value_bytes = BinaryPrimitives.ReadUInt16BigEndian(field[1..]);
        }
        else if (field[0] == (byte)FloorField.ListOfSsrcs && hasSsrcLists &&
            FloorSsrcList.LengthWithoutLengthOctet_bytes(field) is > 0 and var whole)
        {
            header_bytes = 1;
            value_bytes = whole - 1;
        }
        return header_bytes + value_bytes <= field.Length;
    }
}
