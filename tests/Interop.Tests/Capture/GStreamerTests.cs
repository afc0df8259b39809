using System.Buffers.Binary;
using System.Text;
using MediaEngine.Keys;
using MediaEngine.Srtp;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// The demo's encrypted packets through another SRTP implementation, with the derived keys of <c>keys.json</c> as its only help.
/// libsrtp knows no RFC 4771: the ROC field at the end of group media is taken off or put on here.
/// </summary>
[Collection(nameof(DemoCapture))]
public sealed class GStreamerTests(DemoRun demo)
{
    private const int Roc_bytes = 4;

    [Theory]
    [InlineData("alice", 6)]
    [InlineData("bob", 4)]
    [InlineData("carol", 6)]
    [InlineData("dave", 2)]
    public async Task Floor_control_decrypts_to_the_octets_that_trace_decrypt_gives(string client, int messages)
    {
        await GStreamer.RequireAsync();
        PublishedKey key = demo.Keys.ClientServer[client];
        (CapturedDatagram Encrypted, CapturedDatagram Clear)[] packets =
        [
            .. demo.Encrypted.Zip(demo.Clear)
                .Where(pair => pair.First.IsFloor && Convert.ToHexStringLower(pair.First.Payload.AsSpan(^4)) == key.Mki),
        ];
        Assert.Equal(messages, packets.Length);
        foreach (IGrouping<uint, (CapturedDatagram Encrypted, CapturedDatagram Clear)> stream in packets.GroupBy(packet => packet.Encrypted.Ssrc))
        {
            byte[][] plain = await GStreamer.UnprotectRtcpAsync(
                stream.Select(packet => packet.Encrypted.Payload), stream.Key, key.MasterKeyAndSalt, key.Mki);
            Assert.Equal(stream.Select(packet => packet.Clear.Payload), plain);
            Assert.All(plain, message => Assert.Equal("MCPT"u8, message.AsSpan(8, 4)));
        }
    }

    [Fact]
    public async Task Floor_control_does_not_decrypt_with_another_key()
    {
        await GStreamer.RequireAsync();
        PublishedKey key = demo.Keys.ClientServer["alice"];
        CapturedDatagram packet = demo.Encrypted.First(
            datagram => datagram.IsFloor && Convert.ToHexStringLower(datagram.Payload.AsSpan(^4)) == key.Mki);
        Assert.Single(await GStreamer.UnprotectRtcpAsync([packet.Payload], packet.Ssrc, key.MasterKeyAndSalt, key.Mki));
        Assert.Empty(await GStreamer.UnprotectRtcpAsync([packet.Payload], packet.Ssrc, OneOctetChanged(key.MasterKeyAndSalt), key.Mki));
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("carol")]
    public async Task Multicast_media_decodes_to_what_the_talker_said(string talker)
    {
        await GStreamer.RequireAsync();
        PublishedKey key = demo.Keys.MediaKeyOf(talker);
        CapturedDatagram[] packets = MulticastOf(key);
        uint ssrc = Assert.Single(packets.Select(packet => packet.Ssrc).Distinct());

        byte[] heard = await GStreamer.DecodeAudioAsync(packets.Select(WithoutRoc), ssrc, key.MasterKeyAndSalt, key.Mki);

        byte[] said = demo.SaidBy(talker);
        Assert.InRange(said.Length, 16_000, int.MaxValue);
        Assert.Equal(said.Length, heard.Length);
        Assert.True(said.AsSpan().SequenceEqual(heard), $"other samples from octet {said.AsSpan().CommonPrefixLength(heard)} on");
    }

    [Fact]
    public async Task Multicast_media_decodes_to_nothing_with_one_octet_of_the_key_changed()
    {
        await GStreamer.RequireAsync();
        PublishedKey key = demo.Keys.MediaKeyOf("alice");
        CapturedDatagram[] packets = MulticastOf(key);
        Assert.Empty(await GStreamer.DecodeAudioAsync(
            packets.Select(WithoutRoc), packets[0].Ssrc, OneOctetChanged(key.MasterKeyAndSalt), key.Mki));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(65_500)]
    public async Task Media_of_another_implementation_is_read_with_a_ROC_field_put_on(int firstSequence)
    {
        await GStreamer.RequireAsync();
        const string Member = "sip:alice@mcx.example";
        const int Packets = 100;
        using var gmk = new GroupMasterKey(new KeyIdentifier(0x0123_4567), Encoding.ASCII.GetBytes("a group master k"), Encoding.ASCII.GetBytes("sixteen octets.."));
        var published = new CaptureKeys();
        published.AddGroupKey(gmk, [Member]);
        using var folder = new TemporaryFolder();
        published.Write(folder.File("keys.json"));
        PublishedKey key = PublishedKeys.Read(folder.File("keys.json")).Groups[0]["alice"];
        (byte[][] packets, byte[] octets) = await GStreamer.EncryptToneAsync(Packets, 0x1234_5678, (ushort)firstSequence, key.MasterKeyAndSalt, key.Mki);
        Assert.Equal(Packets, packets.Length);

        using var receiver = new GroupMediaReceiver(SrtpPolicy.GroupMedia);
        receiver.AddGroupKey(gmk);
        using var heard = new MemoryStream();
        var plain = new byte[2048];
        for (int i = 0; i < packets.Length; i++)
        {
            byte[] roc = new byte[Roc_bytes];
            BinaryPrimitives.WriteInt32BigEndian(roc, (firstSequence + i) >> 16);
            Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect([.. packets[i], .. roc], plain, out int length, out KeyIdentifier sender));
            Assert.Equal(gmk.GukIdFor(Member), sender);
            heard.Write(plain.AsSpan(12, length - 12));
        }
        Assert.Equal(octets, heard.ToArray());
    }

    private CapturedDatagram[] MulticastOf(PublishedKey key) =>
    [
        .. demo.Encrypted.Where(datagram => datagram.IsMedia && datagram.IsMulticast
            && Convert.ToHexStringLower(datagram.Payload.AsSpan(datagram.Payload.Length - 8 - Roc_bytes, 8)) == key.Mki),
    ];

    private static byte[] WithoutRoc(CapturedDatagram datagram) => datagram.Payload[..^Roc_bytes];

    private static string OneOctetChanged(string keyAndSalt) =>
        $"{Convert.ToByte(keyAndSalt[..2], 16) ^ 1:x2}{keyAndSalt[2..]}";
}
