using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace MediaEngine.Tool;

/// <summary>Builds and takes apart IPv4/IPv6 packets with UDP or TCP inside, as a capture file holds them.</summary>
internal static class IpFrames
{
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const int UdpHeader_bytes = 8;
    public const int TcpHeader_bytes = 20;

    /// <summary>The most that fits behind an IPv4 and a TCP header.</summary>
    public const int MaxPayload_bytes = 65_535 - 20 - TcpHeader_bytes;

    public static byte[] BuildUdp(IPEndPoint source, IPEndPoint destination, ReadOnlySpan<byte> payload)
    {
        byte[] packet = BuildIp(source.Address, destination.Address, Udp, UdpHeader_bytes + payload.Length, out int at);
        Span<byte> udp = packet.AsSpan(at);
        WritePorts(udp, source, destination);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        payload.CopyTo(udp[UdpHeader_bytes..]);
        ushort sum = Checksum(udp, PseudoHeader(source.Address, destination.Address, Udp, udp.Length));
        // RFC 768: a computed zero goes out as all ones; zero means "no checksum".
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], sum == 0 ? (ushort)0xFFFF : sum);
        return packet;
    }

    /// <summary>One segment with PSH and ACK set.</summary>
    public static byte[] BuildTcp(
        IPEndPoint source, IPEndPoint destination, uint sequence, uint acknowledgement, ReadOnlySpan<byte> payload)
    {
        byte[] packet = BuildIp(source.Address, destination.Address, Tcp, TcpHeader_bytes + payload.Length, out int at);
        Span<byte> tcp = packet.AsSpan(at);
        WritePorts(tcp, source, destination);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], acknowledgement);
        tcp[12] = TcpHeader_bytes / 4 << 4;
        tcp[13] = 0x18;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], 0xFFFF);
        payload.CopyTo(tcp[TcpHeader_bytes..]);
        ushort sum = Checksum(tcp, PseudoHeader(source.Address, destination.Address, Tcp, tcp.Length));
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], sum);
        return packet;
    }

    /// <summary>The UDP datagram inside an IP packet; false for anything else, fragments and cut-off packets included.</summary>
    public static bool TryReadUdp(ReadOnlySpan<byte> packet, out IPEndPoint source, out IPEndPoint destination, out ReadOnlySpan<byte> payload)
    {
        source = destination = new IPEndPoint(IPAddress.None, 0);
        payload = default;
        if (packet.IsEmpty)
            return false;
        int header, end, addresses, addressLength;
        byte protocol;
        if (packet[0] >> 4 == 4)
        {
            header = 4 * (packet[0] & 0x0F);
            if (header < 20 || packet.Length < header || (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3FFF) != 0)
                return false;
            (end, addresses, addressLength, protocol) = (BinaryPrimitives.ReadUInt16BigEndian(packet[2..]), 12, 4, packet[9]);
        }
        else if (packet[0] >> 4 == 6 && packet.Length >= 40)
        {
            (header, end) = (40, 40 + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]));
            (addresses, addressLength, protocol) = (8, 16, packet[6]);
        }
        else
        {
            return false;
        }
        if (protocol != Udp || end > packet.Length || end < header + UdpHeader_bytes)
            return false;
        ReadOnlySpan<byte> udp = packet[header..end];
        int length = BinaryPrimitives.ReadUInt16BigEndian(udp[4..]);
        if (length < UdpHeader_bytes || length > udp.Length)
            return false;
        source = new IPEndPoint(
            new IPAddress(packet.Slice(addresses, addressLength)), BinaryPrimitives.ReadUInt16BigEndian(udp));
        destination = new IPEndPoint(
            new IPAddress(packet.Slice(addresses + addressLength, addressLength)), BinaryPrimitives.ReadUInt16BigEndian(udp[2..]));
        payload = udp[UdpHeader_bytes..length];
        return true;
    }

    private static byte[] BuildIp(IPAddress source, IPAddress destination, byte protocol, int length, out int at)
    {
        if (source.AddressFamily != destination.AddressFamily)
            throw new ArgumentException($"{source} and {destination} are not of one address family.", nameof(destination));
        bool v4 = source.AddressFamily == AddressFamily.InterNetwork;
        at = v4 ? 20 : 40;
        var packet = new byte[at + length];
        if (v4)
        {
            packet[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
            packet[6] = 0x40;
            packet[8] = 64;
            packet[9] = protocol;
            source.TryWriteBytes(packet.AsSpan(12), out _);
            destination.TryWriteBytes(packet.AsSpan(16), out _);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, 20), 0));
        }
        else
        {
            packet[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)length);
            packet[6] = protocol;
            packet[7] = 64;
            source.TryWriteBytes(packet.AsSpan(8), out _);
            destination.TryWriteBytes(packet.AsSpan(24), out _);
        }
        return packet;
    }

    private static void WritePorts(Span<byte> transport, IPEndPoint source, IPEndPoint destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(transport, (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(transport[2..], (ushort)destination.Port);
    }

    private static uint PseudoHeader(IPAddress source, IPAddress destination, byte protocol, int length)
    {
        Span<byte> addresses = stackalloc byte[32];
        source.TryWriteBytes(addresses, out int first);
        destination.TryWriteBytes(addresses[first..], out int second);
        return Sum(addresses[..(first + second)], 0) + protocol + (uint)length;
    }

    // RFC 1071.
    private static ushort Checksum(ReadOnlySpan<byte> data, uint start)
    {
        uint sum = Sum(data, start);
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }

    private static uint Sum(ReadOnlySpan<byte> data, uint sum)
    {
        for (; data.Length >= 2; data = data[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(data);
        return data.IsEmpty ? sum : sum + (uint)(data[0] << 8);
    }
}
