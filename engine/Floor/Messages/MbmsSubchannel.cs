using System.Buffers.Binary;

namespace MediaEngine.Floor;

/// <summary>
/// Where a group's media and floor control go on a bearer (TS 24.380 8.4.3.3). The m= lines count from 1 in the SDP of the
/// bearer's announcement.
/// </summary>
public readonly ref struct MbmsSubchannel
{
    private const int Ipv4_bytes = 4;
    private const int Ipv6_bytes = 16;

    /// <summary>0 to 15.</summary>
    public byte AudioMediaLine { get; init; }

    /// <summary>0 to 15; 0 = floor control has no port of its own.</summary>
    public byte FloorMediaLine { get; init; }

    /// <summary>Only with a <see cref="FloorMediaLine"/>.</summary>
    public uint FloorPort { get; init; }

    public uint MediaPort { get; init; }

    /// <summary>4 octets of IPv4 or 16 of IPv6.</summary>
    public ReadOnlySpan<byte> Address { get; init; }

    internal int Length_bytes => 2 + (FloorMediaLine != 0 ? 4 : 0) + 4 + Address.Length;

    internal static bool TryParse(ReadOnlySpan<byte> value, out MbmsSubchannel subchannel)
    {
        subchannel = default;
        if (value.Length < 2 || value[1] >> 4 > 1)
            return false;
        byte floorLine = (byte)(value[0] & 0xF);
        int media = floorLine != 0 ? 6 : 2;
        int address = value[1] >> 4 == 0 ? Ipv4_bytes : Ipv6_bytes;
        if (value.Length < media + 4 + address)
            return false;
        subchannel = new MbmsSubchannel
        {
            AudioMediaLine = (byte)(value[0] >> 4),
            FloorMediaLine = floorLine,
            FloorPort = floorLine != 0 ? BinaryPrimitives.ReadUInt32BigEndian(value[2..]) : 0,
            MediaPort = BinaryPrimitives.ReadUInt32BigEndian(value[media..]),
            Address = value.Slice(media + 4, address),
        };
        return true;
    }

    /// <exception cref="ArgumentException">An m= line above 15, or an address that is neither IPv4 nor IPv6.</exception>
    internal void Validate()
    {
        if (AudioMediaLine > 15 || FloorMediaLine > 15)
            throw new ArgumentException("An m= line's number has four bits.");
        if (Address.Length is not (Ipv4_bytes or Ipv6_bytes))
            throw new ArgumentException("An address has 4 or 16 octets.");
    }

    internal void Write(Span<byte> value)
    {
        value[0] = (byte)(AudioMediaLine << 4 | FloorMediaLine);
        value[1] = (byte)(Address.Length == Ipv4_bytes ? 0 : 0x10);
        value = value[2..];
        if (FloorMediaLine != 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(value, FloorPort);
            value = value[4..];
        }
        BinaryPrimitives.WriteUInt32BigEndian(value, MediaPort);
        Address.CopyTo(value[4..]);
    }
}
