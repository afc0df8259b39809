using System.Net;
using System.Text;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class PcapWriterTests
{
    private static readonly IPEndPoint Client = IPEndPoint.Parse("192.0.2.10:5070");
    private static readonly IPEndPoint Server = IPEndPoint.Parse("192.0.2.1:5060");

    [Fact]
    public async Task An_analyser_reads_SIP_over_UDP_with_right_checksums()
    {
        using var folder = new TemporaryFolder();
        var time = new DateTimeOffset(2026, 5, 17, 8, 9, 10, TimeSpan.Zero).AddMicroseconds(123_456);
        await using (var writer = new PcapWriter(folder.File("a.pcap")))
        {
            writer.Udp(Client, Server, Message("MESSAGE", 7, "odd"), time);
            writer.Udp(Client, Server, Message("OPTIONS", 8, "even"), time);
        }
        string[] packets = Tshark.Run(
            "-r", folder.File("a.pcap"), "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-T", "fields",
            "-e", "frame.time_epoch", "-e", "ip.src", "-e", "udp.dstport", "-e", "ip.checksum.status", "-e", "udp.checksum.status",
            "-e", "sip.Method", "-e", "sip.CSeq.seq");
        Assert.Equal(2, packets.Length);
        Assert.Equal("1779005350.123456000\t192.0.2.10\t5060\t1\t1\tMESSAGE\t7", packets[0]);
        Assert.EndsWith("\t1\t1\tOPTIONS\t8", packets[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_analyser_puts_SIP_over_TCP_together_again()
    {
        using var folder = new TemporaryFolder();
        byte[] both = [.. Message("MESSAGE", 1, new string('a', 3000)), .. Message("MESSAGE", 2, new string('b', 70_000))];
        byte[] answer = Encoding.ASCII.GetBytes(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 192.0.2.10:5070;branch=z9hG4bKx\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\n" +
            "Call-ID: c\r\nCSeq: 2 MESSAGE\r\nContent-Length: 0\r\n\r\n");
        await using (var writer = new PcapWriter(folder.File("a.pcap")))
        {
            // Cut where streams cut: anywhere.
            writer.Tcp(Client, Server, both.AsSpan(0, 100));
            writer.Tcp(Client, Server, both.AsSpan(100, 5000));
            writer.Tcp(Client, Server, both.AsSpan(5100));
            writer.Tcp(Server, Client, answer);
        }
        string[] sip = Tshark.Run(
            "-r", folder.File("a.pcap"), "-o", "tcp.check_checksum:TRUE", "-Y", "sip", "-T", "fields",
            "-e", "sip.CSeq.seq", "-e", "sip.Content-Length", "-e", "sip.Status-Code");
        Assert.Equal(["1\t3000\t", "2\t70000\t", "2\t0\t200"], sip);
        Assert.Empty(Tshark.Run(
            "-r", folder.File("a.pcap"), "-o", "tcp.check_checksum:TRUE", "-Y",
            "tcp.checksum.status == 0 || tcp.analysis.retransmission || tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment"));
    }

    [Fact]
    public async Task Packets_of_several_threads_are_all_there()
    {
        using var folder = new TemporaryFolder();
        await using (var writer = new PcapWriter(folder.File("a.pcap")))
        {
            Parallel.For(0, 4, thread =>
            {
                for (int i = 0; i < 250; i++)
                    writer.Udp(Client, Server, [(byte)thread, (byte)i]);
            });
            Assert.Equal(0, writer.Dropped);
        }
        byte[][] payloads = [.. CaptureFile.Read(folder.File("a.pcap")).Select(packet => packet.Ip[28..].ToArray())];
        Assert.Equal(1000, payloads.Length);
        for (int thread = 0; thread < 4; thread++)
            Assert.Equal(Enumerable.Range(0, 250), payloads.Where(payload => payload[0] == thread).Select(payload => (int)payload[1]));
    }

    [Fact]
    public void A_file_that_is_no_capture_is_refused_with_a_way_out()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.pcap"), "this is some text, and no capture at all");
        var error = Assert.Throws<ToolException>(() => CaptureFile.Read(folder.File("a.pcap")).Count());
        Assert.Contains("not a pcap file", error.Message, StringComparison.Ordinal);
        File.WriteAllBytes(folder.File("b.pcapng"), [0x0A, 0x0D, 0x0D, 0x0A, .. new byte[24]]);
        error = Assert.Throws<ToolException>(() => CaptureFile.Read(folder.File("b.pcapng")).Count());
        Assert.Contains("editcap -F pcap", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Message(string method, int sequence, string body) => Encoding.ASCII.GetBytes(
        $"{method} sip:b@x SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.10:5070;branch=z9hG4bK{sequence}\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n" +
        $"Call-ID: c\r\nCSeq: {sequence} {method}\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n{body}");
}
