using System.Buffers.Binary;
using System.Net;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// A transport payload of a capture. Read here from the file's octets, so that a fault of the product's own reader cannot hide
/// one of its writer: little-endian pcap, raw IPv4 without options, as the demo writes it.
/// </summary>
public sealed record CapturedDatagram(IPEndPoint Source, IPEndPoint Destination, bool IsTcp, byte[] Payload)
{
    /// <summary>RTP or SRTP: version 2, and a payload type outside the range of RFC 5761 4.</summary>
    public bool IsMedia => IsVersion2 && Payload[1] is not (>= 192 and <= 223);

    public bool IsFloor => IsVersion2 && Payload[1] is >= 192 and <= 223;

    /// <summary>In clear: what is mapped to a bearer, not floor control.</summary>
    public bool IsSubchannelControl => IsFloor && Payload.AsSpan(8, 4).SequenceEqual("MCMC"u8);

    public bool IsMulticast => Destination.Address.GetAddressBytes()[0] is >= 224 and <= 239;

    /// <summary>SSRC of an RTP packet, or of the sender of an RTCP one.</summary>
    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(Payload.AsSpan(IsFloor ? 4 : 8));

    private bool IsVersion2 => !IsTcp && Payload.Length >= 12 && Payload[0] >> 6 == 2;

    public static IReadOnlyList<CapturedDatagram> ReadAll(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        Assert.Equal(0xA1B2C3D4, BinaryPrimitives.ReadUInt32LittleEndian(file));
        Assert.Equal(101u, BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(20)));
        var datagrams = new List<CapturedDatagram>();
        for (int at = 24; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
            datagrams.Add(Read(file.AsSpan(at + 16, length)));
            at += 16 + length;
        }
        return datagrams;
    }

    private static CapturedDatagram Read(ReadOnlySpan<byte> ip)
    {
        Assert.Equal(0x45, ip[0]);
        bool tcp = ip[9] == 6;
        ReadOnlySpan<byte> transport = ip[20..];
        return new CapturedDatagram(
            new IPEndPoint(new IPAddress(ip.Slice(12, 4)), BinaryPrimitives.ReadUInt16BigEndian(transport)),
            new IPEndPoint(new IPAddress(ip.Slice(16, 4)), BinaryPrimitives.ReadUInt16BigEndian(transport[2..])),
            tcp,
            transport[(tcp ? 20 : 8)..].ToArray());
    }
}
