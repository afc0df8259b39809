using System.Buffers.Binary;

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

    /// <summary>True when the walk stopped at a field that does not fit.</summary>
    internal bool Malformed { get; private set; }

    internal readonly int Left_bytes => _rest.Length;

    public readonly FloorFieldReader GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty || Malformed)
            return false;
        Id = (FloorField)_rest[0];
        int header = (byte)Id >= FirstIdWithTwoLengthOctets ? 3 : 2;
        if (_rest.Length < header)
            return Stop();
        int length = header == 3 ? BinaryPrimitives.ReadUInt16BigEndian(_rest[1..]) : _rest[1];
        if (_hasSsrcLists && Id == FloorField.ListOfSsrcs &&
            FloorSsrcList.LengthWithoutLengthOctet_bytes(_rest) is > 0 and var whole)
        {
            header = 1;
            length = whole - 1;
        }
        int end = header + length;
        if (end > _rest.Length)
            return Stop();
        Value = _rest[header..end];
        _rest = _rest[Math.Min(end + 3 & ~3, _rest.Length)..];
        return true;
    }

    private bool Stop()
    {
        Malformed = true;
        return false;
    }
}
