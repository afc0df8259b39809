using System.Buffers.Binary;
using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>One RTCP APP packet of media plane control (TS 24.380 8.1): its subtype, SSRC and whole fields, read in place.</summary>
internal ref struct AppPacket
{
    public const int HeaderLength_bytes = 12;
    public const byte AckBit = 0x10;

    private const int LargestMissingPadding_bytes = 3;

    private ReadOnlySpan<byte> _fields;
    private FieldIndex _index;
    private uint _ssrc;
    private byte _subtype;
    private bool _hasSsrcLists;

    /// <summary>Without the acknowledgement bit.</summary>
    public readonly byte Subtype => (byte)(_subtype & ~AckBit);

    public readonly bool AckRequired => (_subtype & AckBit) != 0;

    public readonly uint Ssrc => _ssrc;

    public readonly FloorFieldReader Fields => new(_fields, _hasSsrcLists);

    /// <summary>
    /// Reads the first packet of a datagram; where the next one starts is told also when this one is ignored or malformed.
    /// </summary>
    /// <param name="datagram">Several packets may follow each other.</param>
    /// <param name="name">The four octets of the application's name.</param>
    /// <param name="assigned">Bit n is set when subtype n, acknowledgement bit included, has a meaning.</param>
    /// <param name="packet">Empty unless Ok. Filled in place: a copy would wait until the octets of the index are stored.</param>
    /// <param name="consumed_bytes">All of a datagram that cannot be read further.</param>
    public static FloorOutcome TryParse(
        ReadOnlySpan<byte> datagram, uint name, uint assigned, out AppPacket packet, out int consumed_bytes)
    {
        packet = default;
        consumed_bytes = datagram.Length;
        if (!RtcpHeader.TryParse(datagram, out RtcpHeader header) ||
            header.PacketLength_bytes > datagram.Length + LargestMissingPadding_bytes)
            return FloorOutcome.Malformed;
        int end = Math.Min(header.PacketLength_bytes, datagram.Length);
        // Fewer than four octets cannot be another packet: padding counted short, or rubbish.
        consumed_bytes = datagram.Length - end <= LargestMissingPadding_bytes ? datagram.Length : end;
        if (header.PacketType != RtcpHeader.ApplicationDefined)
            return FloorOutcome.Ignored;
        if (header.Padding || end < HeaderLength_bytes)
            return FloorOutcome.Malformed;
        if (BinaryPrimitives.ReadUInt32BigEndian(datagram[RtcpHeader.Length_bytes..]) != name ||
            (assigned >> header.CountOrSubtype & 1) == 0)
            return FloorOutcome.Ignored;

        ReadOnlySpan<byte> fields = datagram[HeaderLength_bytes..consumed_bytes];
        int mandatory = end - HeaderLength_bytes;
        bool hasSsrcLists = name == FloorMessage.ApplicationName;
        int at = 0;
        while (at < mandatory)
        {
            ReadOnlySpan<byte> rest = fields[at..];
            if (!FloorFieldReader.TryMeasure(rest, hasSsrcLists, out int header_bytes, out int value_bytes))
            {
                packet = default;
                return FloorOutcome.Malformed;
            }
            packet._index.Add(rest[0], at);
            at = at + header_bytes + value_bytes + 3 & ~3;
        }
        packet._subtype = header.CountOrSubtype;
        packet._ssrc = header.Ssrc;
        packet._hasSsrcLists = hasSsrcLists;
        packet._fields = fields[..Math.Min(at, fields.Length)];
        return FloorOutcome.Ok;
    }

    /// <summary>The value of the first field with this identifier, when it has at least that many octets.</summary>
    public readonly bool TryFind(byte id, int minimumLength_bytes, out ReadOnlySpan<byte> value)
    {
        if (!_index.TryGet(id, out int offset_bytes))
        {
            value = default;
            return !_index.Covers(id) && TryFindByWalking(id, minimumLength_bytes, out value);
        }
        // It fitted when the index was made.
        value = id == (byte)FloorField.ListOfSsrcs
            ? ValueAt(offset_bytes)
            : _fields.Slice(offset_bytes + 2, _fields[offset_bytes + 1]);
        return value.Length >= minimumLength_bytes;
    }

    private readonly ReadOnlySpan<byte> ValueAt(int offset_bytes)
    {
        ReadOnlySpan<byte> rest = _fields[offset_bytes..];
        FloorFieldReader.TryMeasure(rest, _hasSsrcLists, out int header_bytes, out int value_bytes);
        return rest.Slice(header_bytes, value_bytes);
    }

    private readonly bool TryFindByWalking(byte id, int minimumLength_bytes, out ReadOnlySpan<byte> value)
    {
        FloorFieldReader reader = Fields;
        while (reader.MoveNext())
        {
            if ((byte)reader.Id != id)
                continue;
            value = reader.Value;
            return value.Length >= minimumLength_bytes;
        }
        value = default;
        return false;
    }

    public readonly bool TryGetNumber(byte id, out ushort number)
    {
        bool found = TryFind(id, 2, out ReadOnlySpan<byte> value);
        number = found ? BinaryPrimitives.ReadUInt16BigEndian(value) : default;
        return found;
    }
}
