using System.Net;
using System.Security.Cryptography.X509Certificates;
using MediaEngine.Server;
using MediaEngine.Sip;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaEngine.Control.Tests.Server;

public sealed class SipCertificatesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Dispose();

    private ServerConfiguration Configuration(string sip) => ServerConfiguration.Load(_folder.Write("server.yaml", $"""
        domain: mcx.example
        sip: {sip}
        media:
          address: 192.0.2.1
        store: mediaengine.db
        organisation: organisation.yaml
        """));

    [Fact]
    public void Without_certificate_one_for_the_domain_is_made_once()
    {
        ServerConfiguration configuration = Configuration("{ tls: '127.0.0.1:5061' }");
        using var first = SipCertificates.Open(configuration, NullLogger.Instance, _time)!;
        X509Certificate2 certificate = first.Options.ServerCertificate!().TargetCertificate;
        Assert.True(SipCertificateNames.Of(certificate).SpeakFor("mcx.example"));
        Assert.True(SipCertificateNames.Of(certificate).SpeakFor("127.0.0.1"));
        using var second = SipCertificates.Open(configuration, NullLogger.Instance, _time)!;
        Assert.Equal(certificate.Thumbprint, second.Options.ServerCertificate!().TargetCertificate.Thumbprint);
        Assert.Null(SipCertificates.Open(Configuration("{ tcp: '127.0.0.1:5060' }"), NullLogger.Instance));
    }

    [Fact]
    public void A_changed_file_is_read_again_and_a_broken_one_leaves_the_former_in_use()
    {
        TlsCertificate.LoadOrCreate(Folder("one"), "mcx.example", IPAddress.Loopback, DateTimeOffset.UtcNow).Dispose();
        TlsCertificate.LoadOrCreate(Folder("two"), "mcx.example", IPAddress.Loopback, DateTimeOffset.UtcNow).Dispose();
        using var certificates = SipCertificates.Open(Configuration("{ wss: '127.0.0.1:5061', certificate: one/tls.crt, key: one/tls.key }"), NullLogger.Instance, _time)!;
        string first = certificates.Current().TargetCertificate.Thumbprint;

        File.WriteAllText(_folder.File("one/tls.crt"), "not a certificate");
        Touch("one", 1);
        Assert.Equal(first, certificates.Current().TargetCertificate.Thumbprint);

        foreach (string name in (string[])["tls.crt", "tls.key"])
            File.Copy(_folder.File($"two/{name}"), _folder.File($"one/{name}"), overwrite: true);
        Touch("one", 2);
        using X509Certificate2 expected = TlsCertificate.Load(_folder.File("two/tls.crt"), _folder.File("two/tls.key"));
        Assert.Equal(expected.Thumbprint, certificates.Current().TargetCertificate.Thumbprint);
        Assert.NotEqual(first, expected.Thumbprint);
    }

    [Theory]
    [InlineData("{ tls: '127.0.0.1:5061', certificate: a.crt }", "sip.key")]
    [InlineData("{ mutual-tls: '127.0.0.1:5061' }", "trusted-peers")]
    [InlineData("{ tls: '[fe80::1]:5061' }", "link-local")]
    [InlineData("{ tls: '::1' }", "not address:port")]
    [InlineData("{ tls: ['127.0.0.1:5061', ''] }", "sip.tls")]
    [InlineData("{ tls: [{ listen: '127.0.0.1:5061', advertised: x }] }", "advertised is not a known key")]
    [InlineData("{ tls: [{ listen: '127.0.0.1:5061', advertised-host: 'a b' }] }", "advertised-host")]
    public void What_cannot_be_is_refused_with_its_key(string sip, string part) =>
        Assert.Contains(part, Assert.Throws<ConfigurationException>(() => Configuration(sip)).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_transport_may_listen_at_several_addresses_and_names()
    {
        _folder.Write("peers.pem", "");
        ServerConfiguration configuration = Configuration(
            "{ udp: ['192.0.2.1:5060', '[2001:db8::1]:5060'], tls: { listen: '192.0.2.1:5061', advertised-host: sip.mcx.example }, " +
            "mutual-tls: '192.0.2.1:5062', ws: '192.0.2.1:80', wss: '192.0.2.1:443', trusted-peers: peers.pem }");
        Assert.Equal(
            [
                new SipListen(SipTransportKind.Udp, IPEndPoint.Parse("192.0.2.1:5060")),
                new SipListen(SipTransportKind.Udp, IPEndPoint.Parse("[2001:db8::1]:5060")),
                new SipListen(SipTransportKind.Tls, IPEndPoint.Parse("192.0.2.1:5061")) { AdvertisedHost = "sip.mcx.example" },
                new SipListen(SipTransportKind.Tls, IPEndPoint.Parse("192.0.2.1:5062")) { RequirePeerCertificate = true },
                new SipListen(SipTransportKind.Ws, IPEndPoint.Parse("192.0.2.1:80")),
                new SipListen(SipTransportKind.Wss, IPEndPoint.Parse("192.0.2.1:443")),
            ],
            configuration.SipListeners);
        Assert.Equal(_folder.File("peers.pem"), configuration.SipTls!.TrustedPeersPath);
        Assert.Contains("no certificate", Assert.Throws<ConfigurationException>(() => SipCertificates.Open(configuration, NullLogger.Instance)).Message, StringComparison.Ordinal);
    }

    private string Folder(string name) => Directory.CreateDirectory(_folder.File(name)).FullName;

    private void Touch(string folder, int hours)
    {
        File.SetLastWriteTimeUtc(_folder.File($"{folder}/tls.crt"), DateTime.UtcNow.AddHours(hours));
        _time.Advance(TimeSpan.FromSeconds(2));
    }
}
