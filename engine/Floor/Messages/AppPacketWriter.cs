using System.Buffers.Binary;
using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>Writes an RTCP APP packet of media plane control (TS 24.380 8.1.2, 8.1.3).</summary>
internal ref struct AppPacketWriter
{
    private const byte FirstIdWithTwoLengthOctets = 192;
    private const int LongestMessage_bytes = 4 * (ushort.MaxValue + 1);

    private readonly Span<byte> _destination;
    private readonly byte _subtype;
    private readonly uint _ssrc;
    private readonly uint _name;
    private int _length;

    public AppPacketWriter(Span<byte> destination, byte subtype, bool ackRequired, uint ssrc, uint name)
    {
        if (destination.Length < AppPacket.HeaderLength_bytes)
            throw new ArgumentException("The destination is shorter than the header.", nameof(destination));
        _destination = destination;
        _subtype = (byte)(subtype | (ackRequired ? AppPacket.AckBit : 0));
        _ssrc = ssrc;
        _name = name;
        _length = AppPacket.HeaderLength_bytes;
    }

    public void AddOctets(byte id, byte first, byte second)
    {
        Span<byte> value = Reserve(id, 2);
        value[1] = second;
        value[0] = first;
    }

    public void AddNumber(byte id, ushort number) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(id, 2), number);

    public void AddField(byte id, scoped ReadOnlySpan<byte> value) => value.CopyTo(Reserve(id, value.Length));

    /// <summary>Room for a value, its identifier, length and padding written.</summary>
    public Span<byte> Reserve(byte id, int length)
    {
        int header = id >= FirstIdWithTwoLengthOctets ? 3 : 2;
        if (length > (header == 3 ? ushort.MaxValue : byte.MaxValue))
            throw new ArgumentException($"Field {id} cannot carry {length} octets.", nameof(length));
        int end = _length + (header + length + 3 & ~3);
        if (end > _destination.Length || end > LongestMessage_bytes)
            throw new ArgumentException("The message does not fit.", nameof(length));
        Span<byte> field = _destination[_length..end];
        _length = end;
        BinaryPrimitives.WriteUInt32BigEndian(field[^4..], 0); // the padding, and what is written over it
        field[0] = id;
        if (header == 3)
            BinaryPrimitives.WriteUInt16BigEndian(field[1..], (ushort)length);
        else
            field[1] = (byte)length;
        return field.Slice(header, length);
    }

    /// <summary>Writes the header and returns the length of the packet in octets.</summary>
    public readonly int Complete()
    {
        new RtcpHeader
        {
            CountOrSubtype = _subtype,
            PacketType = RtcpHeader.ApplicationDefined,
            PacketLength_bytes = _length,
            Ssrc = _ssrc,
        }.Write(_destination);
        BinaryPrimitives.WriteUInt32BigEndian(_destination[RtcpHeader.Length_bytes..], _name);
        return _length;
    }
}
