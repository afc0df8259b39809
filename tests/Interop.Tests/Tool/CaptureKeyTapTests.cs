using System.Net;
using System.Text;
using MediaEngine.Keys;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class CaptureKeyTapTests
{
    private const string Alice = "sip:alice@mcx.example";
    private static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 1);

    [Fact]
    public void Every_key_is_in_the_file_as_soon_as_it_is_held()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("keys.json");
        var tap = new CaptureKeyTap(null, path, Alice);
        using var csk = new ClientServerKey(new KeyIdentifier(0x2000_0001), new byte[16], new byte[16]);
        tap.KeyHeld(csk);
        Assert.NotNull(CaptureKeys.Load(path).ClientServerKey(csk.Id));
        foreach (uint id in (uint[])[1, 2])
        {
            using var gmk = new GroupMasterKey(new KeyIdentifier(id), new byte[16], new byte[16]);
            tap.KeyHeld(gmk);
            Assert.Equal((int)id, CaptureKeys.Load(path).GroupKeyCount);
        }
        Assert.Equal(1, CaptureKeys.Load(path).ClientServerKeyCount);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_told()
    {
        using var folder = new TemporaryFolder();
        var tap = new CaptureKeyTap(null, folder.File("not-there/keys.json"), Alice);
        using var csk = new ClientServerKey(new KeyIdentifier(0x2000_0001), new byte[16], new byte[16]);
        Assert.Throws<ToolException>(() => tap.KeyHeld(csk));
    }

    [Fact]
    public void Traffic_is_handed_on()
    {
        using var folder = new TemporaryFolder();
        var inner = new TextTap();
        var tap = new CaptureKeyTap(inner, folder.File("keys.json"), Alice);
        tap.Sip(SipTransportKind.Udp, Anywhere, Anywhere, sent: true, "sip"u8);
        tap.Media(Anywhere, Anywhere, sent: false, "media"u8);
        tap.Floor(Anywhere, Anywhere, sent: true, "floor"u8);
        Assert.Equal(["sip True", "media False", "floor True"], inner.Seen);
    }

    private sealed class TextTap : IEndpointTap
    {
        public List<string> Seen { get; } = [];

        public void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message) => Add(message, sent);

        public void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram) => Add(datagram, sent);

        public void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram) => Add(datagram, sent);

        private void Add(ReadOnlySpan<byte> octets, bool sent) => Seen.Add($"{Encoding.ASCII.GetString(octets)} {sent}");
    }
}
