using System.Net;
using System.Text.Json;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Srtp;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class CaptureDecryptorTests
{
    private const string User = "sip:p25user01@etherstack.com";
    private static readonly IPEndPoint Client = IPEndPoint.Parse("192.0.2.10:40000");
    private static readonly IPEndPoint Server = IPEndPoint.Parse("192.0.2.1:50000");
    private static readonly IPEndPoint ClientFloor = IPEndPoint.Parse("192.0.2.10:40002");
    private static readonly IPEndPoint ServerFloor = IPEndPoint.Parse("192.0.2.1:50002");

    [Fact]
    public void Key_file_holds_the_published_derivation_and_is_the_owners_alone()
    {
        using var folder = new TemporaryFolder();
        using GroupMasterKey gmk = PublishedKey();
        var keys = new CaptureKeys();
        keys.AddGroupKey(gmk, [User]);
        keys.Write(folder.File("keys.json"));
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(folder.File("keys.json")));
        JsonElement member = document.RootElement.GetProperty("groupKeys")[0].GetProperty("members")[0];
        // Published by an independent implementation: see the vectors of the key tests.
        Assert.Equal("01c8de7b", member.GetProperty("gukId").GetString());
        Assert.Equal("09bf9d3701c8de7b", member.GetProperty("mki").GetString());
        Assert.Equal("64837d2b4d69a266e4489d3807353ad9", member.GetProperty("masterKey").GetString());
        Assert.Equal("8b2f081ce8e8bdab1f8d9eb8", member.GetProperty("masterSalt").GetString());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("keys.json")));
    }

    [Fact]
    public async Task An_analyser_reads_media_and_floor_control_of_a_decrypted_capture()
    {
        using var folder = new TemporaryFolder();
        using GroupMasterKey gmk = PublishedKey();
        using var csk = new ClientServerKey(new KeyIdentifier(0x2000_0001), new byte[16], new byte[16]);
        var keys = new CaptureKeys();
        keys.AddGroupKey(gmk, [User]);
        keys.AddClientServerKey(csk, User);
        keys.Write(folder.File("keys.json"));
        byte[] media = ProtectedMedia(gmk), floor = ProtectedFloorRequest(csk);
        byte[] forged = [.. media];
        forged[20] ^= 1;
        await using (var writer = new PcapWriter(folder.File("call.pcap")))
        {
            writer.Udp(ClientFloor, ServerFloor, floor);
            writer.Udp(Client, Server, media);
            // The same packet again, as captures on both ends of a wire have it.
            writer.Udp(Client, Server, media);
            writer.Udp(Client, Server, forged);
            writer.Tcp(Client, Server, "OPTIONS"u8);
        }

        DecryptSummary summary;
        using (var decryptor = new CaptureDecryptor(CaptureKeys.Load(folder.File("keys.json"))))
        await using (var output = new PcapWriter(folder.File("clear.pcap")))
            summary = await decryptor.DecryptAsync(folder.File("call.pcap"), output, TestContext.Current.CancellationToken);

        Assert.Equal((2, 1, 1, 1), (summary.Media, summary.Floor, summary.Failed, summary.Copied));
        string[] packets = Tshark.Run(
            "-r", folder.File("clear.pcap"), "-d", "udp.port==50002,rtcp", "-d", "udp.port==50000,rtp", "-T", "fields",
            "-e", "udp.srcport", "-e", "rtcp.app.name", "-e", "rtcp.app_data.mcptt.priority", "-e", "rtp.seq", "-e", "rtp.p_type", "-e", "rtp.payload");
        Assert.Equal("40002\tMCPT\t7\t\t\t", packets[0]);
        Assert.Equal("40000\t\t\t4660\t8\tabababab", packets[1]);
        Assert.Equal(packets[1], packets[2]);
        Assert.Equal(5, packets.Length);
    }

    [Fact]
    public void A_damaged_key_file_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("keys.json"), """{"groupKeys":[{"id":"20000001","key":"00","rand":"00"}]}""");
        Assert.Contains("20000001", Assert.Throws<ToolException>(() => CaptureKeys.Load(folder.File("keys.json"))).Message, StringComparison.Ordinal);
        File.WriteAllText(folder.File("keys.json"), "{");
        Assert.Contains("keys.json:1: not a key file", Assert.Throws<ToolException>(() => CaptureKeys.Load(folder.File("keys.json"))).Message, StringComparison.Ordinal);
    }

    private static GroupMasterKey PublishedKey() => new(
        new KeyIdentifier(0x09bf9d37),
        Convert.FromHexString("fcfe65cd967c58d260b603ccb9a887a9"),
        Convert.FromHexString("6819e679461120e10ac458cce67b8024"));

    private static byte[] ProtectedMedia(GroupMasterKey gmk)
    {
        var packet = new byte[128];
        int header = new RtpHeader { PayloadType = 8, SequenceNumber = 0x1234, Timestamp = 1, Ssrc = 5 }.WriteFixed(packet);
        packet.AsSpan(header, 4).Fill(0xAB);
        using SrtpMasterKey key = gmk.DeriveMediaKey(gmk.GukIdFor(User));
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        Assert.Equal(SrtpOutcome.Ok, sender.Protect(packet, header + 4, out int length));
        return packet[..length];
    }

    private static byte[] ProtectedFloorRequest(ClientServerKey csk)
    {
        var packet = new byte[128];
        var writer = new FloorMessageWriter(packet, FloorMessageType.Request, ackRequired: false, 6);
        writer.AddFloorPriority(7);
        using SrtpMasterKey key = csk.DeriveControlKey();
        using var sender = new SrtpSender(key, SrtpPolicy.Control);
        Assert.Equal(SrtpOutcome.Ok, sender.ProtectRtcp(packet, writer.Complete(), out int length));
        return packet[..length];
    }
}
