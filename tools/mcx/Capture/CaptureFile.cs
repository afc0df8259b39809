using System.Buffers.Binary;

namespace MediaEngine.Tool;

/// <summary>One packet of a capture: the octets from the IP header on, and when it was seen.</summary>
public readonly record struct CapturedPacket(DateTimeOffset At, ReadOnlyMemory<byte> Ip);

/// <summary>Classic pcap files: reading those of tcpdump and of <see cref="PcapWriter"/>, and their headers.</summary>
public static class CaptureFile
{
    internal const int FileHeader_bytes = 24;
    internal const int RecordHeader_bytes = 16;

    private const uint MicrosecondMagic = 0xA1B2C3D4;
    private const uint NanosecondMagic = 0xA1B23C4D;
    private const uint PcapNgMagic = 0x0A0D0D0A;
    private const int MaxPacket_bytes = 1 << 18;

    // Link types of tcpdump.org/linktypes.html and the octets before the IP header.
    private const uint LinkTypeRaw = 101;

    /// <summary>Every IP packet of the file, in its order. Packets that are not IP are left out.</summary>
    /// <exception cref="ToolException">The file cannot be read or is not a classic pcap file.</exception>
    public static IEnumerable<CapturedPacket> Read(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{path}: cannot read the capture ({e.Message.TrimEnd('.')}); check the path.", ToolExit.Usage, e);
        }
        return Parse(content, path);
    }

    private static IEnumerable<CapturedPacket> Parse(byte[] content, string path)
    {
        uint magic = content.Length < FileHeader_bytes ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(content);
        bool littleEndian = magic is MicrosecondMagic or NanosecondMagic;
        if (!littleEndian)
            magic = BinaryPrimitives.ReverseEndianness(magic);
        if (magic is not (MicrosecondMagic or NanosecondMagic))
        {
            throw new ToolException(magic == PcapNgMagic
                ? $"{path}: a pcapng file; convert it: editcap -F pcap \"{path}\" \"{Path.ChangeExtension(path, "pcap")}\""
                : $"{path}: not a pcap file; capture with tcpdump -w or the --capture option.");
        }
        uint Word(int at) => littleEndian
            ? BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(at))
            : BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(at));
        uint linkType = Word(20) & 0xFFFF;
        if (LinkHeader(linkType) < 0)
            throw new ToolException($"{path}: link type {linkType} is not known here; capture on an Ethernet interface or with -i any.");
        long ticksPerFraction = magic == MicrosecondMagic ? 10 : 1;
        int fractionDivisor = magic == MicrosecondMagic ? 1 : 100;
        for (int at = FileHeader_bytes; content.Length - at >= RecordHeader_bytes;)
        {
            uint length = Word(at + 8);
            if (length > MaxPacket_bytes || length > content.Length - at - RecordHeader_bytes)
                yield break;
            DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(Word(at)).AddTicks(Word(at + 4) * ticksPerFraction / fractionDivisor);
            ReadOnlyMemory<byte> packet = content.AsMemory(at + RecordHeader_bytes, (int)length);
            at += RecordHeader_bytes + (int)length;
            if (TryStripLink(linkType, packet, out ReadOnlyMemory<byte> ip))
                yield return new CapturedPacket(time, ip);
        }
    }

    internal static void WriteFileHeader(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, MicrosecondMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], 4);
        destination.Slice(8, 8).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], MaxPacket_bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], LinkTypeRaw);
    }

    internal static void WriteRecordHeader(Span<byte> destination, DateTimeOffset at, int length)
    {
        long ticks = at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)(ticks / TimeSpan.TicksPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)(ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], length);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], length);
    }

    private static int LinkHeader(uint linkType) => linkType switch
    {
        0 => 4,
        1 => 14,
        LinkTypeRaw => 0,
        113 => 16,
        276 => 20,
        _ => -1,
    };

    private static bool TryStripLink(uint linkType, ReadOnlyMemory<byte> packet, out ReadOnlyMemory<byte> ip)
    {
        int header = LinkHeader(linkType);
        ip = default;
        if (packet.Length <= header)
            return false;
        ReadOnlySpan<byte> link = packet.Span;
        // One 802.1Q tag moves the type four octets on.
        if (linkType == 1 && link[12] == 0x81 && link[13] == 0 && packet.Length > header + 4)
            header += 4;
        ip = packet[header..];
        return ip.Span[0] >> 4 is 4 or 6;
    }
}
