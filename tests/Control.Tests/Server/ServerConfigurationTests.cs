using System.Net;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Server;

public sealed class ServerConfigurationTests : IDisposable
{
    private const string Good = """
        domain: mcx.example
        sip:
          udp: 127.0.0.1:5060
          tcp: 127.0.0.1:5062
        media:
          address: 192.0.2.1
          advertised-address: 198.51.100.1
          audio-port: 16384
          floor-port: 16385
          shards: 2
        multicast:
          first: 239.192.77.1
          count: 32
          port: 16386
          interface: 192.0.2.1
          ttl: 4
          floor-port: 16390
          general-purpose: 239.192.77.200:16400
          tmgi: "00000200f110"
          minimum-listeners: 3
          t15-conversation: 20
          t16-map-group-to-bearer: 1
          t17-unmap-group-to-bearer: 0.5
          c17-unmap-group-to-bearer: 4
          managed-floor-key: mkfc
          mscck: {id: "50000001", key: "000102030405060708090a0b0c0d0e0f", rand: "101112131415161718191a1b1c1d1e1f"}
        store: state/mediaengine.db
        organisation: /etc/organisation.yaml
        store-key: state/store.key
        group-keys:
          lead: 5
          overlap: 30.5
          revocation-overlap: 0
        session-timer:
          expires: 600
          min-se: 120
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_key_is_read_and_relative_paths_count_from_the_file()
    {
        ServerConfiguration configuration = ServerConfiguration.Load(_folder.Write("server.yaml", Good));

        Assert.Equal("mcx.example", configuration.Domain);
        Assert.Equal("sip:mcptt@mcx.example", configuration.ServerUri);
        Assert.Equal(new SessionTimerOptions { SessionExpires_s = 600, MinSE_s = 120 }, configuration.SessionTimer);
        Assert.Equal(
            [new SipListen(SipTransportKind.Udp, IPEndPoint.Parse("127.0.0.1:5060")), new SipListen(SipTransportKind.Tcp, IPEndPoint.Parse("127.0.0.1:5062"))],
            configuration.SipListeners);
        Assert.Equal((IPAddress.Parse("192.0.2.1"), IPAddress.Parse("198.51.100.1")), (configuration.MediaAddress, configuration.AdvertisedMediaAddress));
        Assert.Equal((16384, 16385, 2), (configuration.AudioPort, configuration.FloorPort, configuration.Shards));
        MulticastOptions multicast = configuration.Multicast!;
        Assert.Equal((IPAddress.Parse("239.192.77.1"), 32, 4), (multicast.First, multicast.Count, multicast.TimeToLive));
        Assert.Equal((16386, 16390, IPEndPoint.Parse("239.192.77.200:16400")), (multicast.MediaPort, multicast.FloorPort, multicast.GeneralPurpose));
        Assert.Equal(("00000200f110", 3), (multicast.Tmgi.ToString(), multicast.MinimumListeners));
        Assert.Equal(
            (TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5), 4),
            (multicast.T15, multicast.T16, multicast.T17, multicast.C17));
        Assert.Equal(("50000001", KeyPurpose.MulticastFloorControlKey), (multicast.ControlKey!.Id.ToString(), multicast.FloorKeyPurpose));
        Assert.Equal(IPAddress.Parse("192.0.2.1"), configuration.MulticastInterface);
        Assert.Equal(_folder.File("state/mediaengine.db"), configuration.StorePath);
        Assert.Equal("/etc/organisation.yaml", configuration.OrganisationPath);
        Assert.Equal(_folder.File("state/store.key"), configuration.StoreKeyPath);
        Assert.Equal(
            (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30.5), TimeSpan.Zero),
            (configuration.Keys.Lead, configuration.Keys.Overlap, configuration.Keys.RevocationOverlap));
    }

    [Theory]
    [InlineData("domain: mcx.example\n", "", 1, "domain", "missing")]
    [InlineData("domain: mcx.example", "domain: [a, b]", 1, "domain", "single value")]
    [InlineData("domain: mcx.example", "domain:", 1, "domain", "single value")]
    [InlineData("domain: mcx.example", "domain: mcx.example\ndomian: x", 2, "domian", "not a known key")]
    [InlineData("  udp: 127.0.0.1:5060\n  tcp: 127.0.0.1:5062\n", "  {}\n", 3, "sip.udp", "must be set")]
    [InlineData("127.0.0.1:5060", "127.0.0.1", 3, "sip.udp", "not address:port")]
    [InlineData("127.0.0.1:5060", "localhost:5060", 3, "sip.udp", "not address:port")]
    [InlineData("127.0.0.1:5062", "127.0.0.1:65536", 4, "sip.tcp", "not address:port")]
    [InlineData("tcp: 127.0.0.1:5062", "tpc: 127.0.0.1:5062", 4, "sip.tpc", "not a known key")]
    [InlineData("address: 192.0.2.1", "address: server.example", 6, "media.address", "not an IP address")]
    [InlineData("  address: 192.0.2.1\n", "", 6, "media.address", "missing")]
    [InlineData("audio-port: 16384", "audio-port: 70000", 8, "media.audio-port", "0 to 65535")]
    [InlineData("audio-port: 16384", "audio-port: many", 8, "media.audio-port", "0 to 65535")]
    [InlineData("shards: 2", "shards: 0", 10, "media.shards", "1 to 64")]
    [InlineData("239.192.77.1", "192.0.2.7", 12, "multicast.first", "not an IPv4 multicast address")]
    [InlineData("  port: 16386\n", "", 12, "multicast.port", "missing")]
    [InlineData("  interface: 192.0.2.1\n", "", 12, "multicast.interface", "missing")]
    [InlineData("ttl: 4", "ttl: 256", 16, "multicast.ttl", "1 to 255")]
    [InlineData("floor-port: 16390", "floor-port: 16386", 17, "multicast.floor-port", "is the port of media")]
    [InlineData("239.192.77.200:16400", "192.0.2.7:16400", 18, "multicast.general-purpose", "not an IPv4 multicast address")]
    [InlineData("239.192.77.200:16400", "239.192.77.200", 18, "multicast.general-purpose", "with a port")]
    [InlineData("239.192.77.200:16400", "239.192.77.200:16390", 18, "multicast.general-purpose", "which media or floor control use")]
    [InlineData("00000200f110", "00000200f1", 19, "multicast.tmgi", "hex digits")]
    [InlineData("managed-floor-key: mkfc", "managed-floor-key: gmk", 25, "multicast.managed-floor-key", "neither musik nor mkfc")]
    [InlineData("50000001", "60000001", 26, "multicast.mscck.id", "first hex digit must be 5")]
    [InlineData("store: state/mediaengine.db\n", "", 1, "store", "missing")]
    [InlineData("organisation: /etc/organisation.yaml", "organisation: {a: b}", 28, "organisation", "single value")]
    [InlineData("lead: 5", "lead: 0", 31, "group-keys.lead", "1 to 3600")]
    [InlineData("overlap: 30.5", "overlap: soon", 32, "group-keys.overlap", "not a number of seconds")]
    [InlineData("revocation-overlap: 0", "revocation: 0", 33, "group-keys.revocation", "not a known key")]
    [InlineData("expires: 600", "expires: 89", 35, "session-timer.expires", "90 to 86400")]
    [InlineData("min-se: 120", "min-se: 30", 36, "session-timer.min-se", "90 to 86400")]
    [InlineData("min-se: 120", "min-se: 601", 36, "session-timer.min-se", "more than session-timer.expires, 600")]
    [InlineData("min-se: 120", "minimum: 120", 36, "session-timer.minimum", "not a known key")]
    public void An_error_names_file_line_key_and_reason(string part, string instead, int line, string key, string reason)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        string path = _folder.Write("server.yaml", Good.Replace(part, instead, StringComparison.Ordinal));

        string message = Assert.Throws<ConfigurationException>(() => ServerConfiguration.Load(path)).Message;

        Assert.StartsWith($"{path}:{line}: {key} ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clients_must_be_told_an_address_they_can_send_to()
    {
        string path = _folder.Write("server.yaml", Good
            .Replace("  address: 192.0.2.1\n", "  address: 0.0.0.0\n", StringComparison.Ordinal)
            .Replace("  advertised-address: 198.51.100.1\n", string.Empty, StringComparison.Ordinal));

        Assert.Contains($"{path}:6: media.address", Assert.Throws<ConfigurationException>(() => ServerConfiguration.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_store_key_and_group_keys_there_are_defaults()
    {
        ServerConfiguration configuration = ServerConfiguration.Load(_folder.Write("server.yaml", Good[..Good.IndexOf("store-key", StringComparison.Ordinal)]));

        Assert.Null(configuration.StoreKeyPath);
        Assert.Equal(new MediaEngine.Mcx.KeyOptions(), configuration.Keys);
    }

    [Theory]
    [InlineData("a: [b\n\n", ": not YAML")]
    [InlineData("a: b\na: c", ":2: not YAML")]
    [InlineData("a: &x b\nc: *y", ": not YAML")]
    [InlineData("- a\n- b", "must be one YAML mapping")]
    [InlineData("", "must be one YAML mapping")]
    [InlineData("a: b\n---\nc: d", "must be one YAML mapping")]
    [InlineData("\tdomain: x", ":1:")]
    public void What_is_no_mapping_is_refused_with_the_place(string text, string expected)
    {
        string path = _folder.Write("server.yaml", text);

        string message = Assert.Throws<ConfigurationException>(() => ServerConfiguration.Load(path)).Message;

        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_or_far_too_large_is_refused()
    {
        Assert.Contains("cannot be read", Assert.Throws<ConfigurationException>(() => ServerConfiguration.Load(_folder.File("none.yaml"))).Message, StringComparison.Ordinal);
        string large = _folder.File("large.yaml");
        using (FileStream stream = System.IO.File.Create(large))
            stream.SetLength((16 << 20) + 1);
        Assert.Contains("larger than", Assert.Throws<ConfigurationException>(() => ServerConfiguration.Load(large)).Message, StringComparison.Ordinal);
    }
}
