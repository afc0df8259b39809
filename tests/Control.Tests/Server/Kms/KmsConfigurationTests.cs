using System.Net;
using MediaEngine.Server;

namespace MediaEngine.Control.Tests.Server;

public sealed class KmsConfigurationTests : IDisposable
{
    private const string Server = """
        domain: mcx.example
        sip:
          udp: 127.0.0.1:5060
        media:
          address: 127.0.0.1
        store: mediaengine.db
        organisation: organisation.yaml

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_section_there_is_no_KMS() => Assert.Null(Load(string.Empty).Kms);

    [Fact]
    public void The_address_is_enough() =>
        Assert.Equal(
            new KmsConfiguration { Listen = IPEndPoint.Parse("127.0.0.1:8443"), Folder = _folder.File("kms") },
            Load("kms:\n  listen: 127.0.0.1:8443").Kms);

    [Fact]
    public void Every_key_is_read_and_relative_paths_count_from_the_file() =>
        Assert.Equal(
            new KmsConfiguration
            {
                Listen = IPEndPoint.Parse("[::1]:0"),
                Folder = _folder.File("secret"),
                Uri = "sip:kms@mcx.example",
                TlsCertificatePath = _folder.File("tls.pem"),
                TlsKeyPath = "/etc/tls.key",
                MaterialPath = _folder.File("material.xml"),
                TrustedPath = _folder.File("partners.xml"),
            },
            Load("""
                kms:
                  listen: "[::1]:0"
                  folder: secret
                  uri: sip:kms@mcx.example
                  certificate: tls.pem
                  key: /etc/tls.key
                  material: material.xml
                  trusted: partners.xml
                """).Kms);

    [Theory]
    [InlineData("kms:\n  uri: x", "kms.listen is missing")]
    [InlineData("kms:\n  listen: 8443", "kms.listen '8443' is not address:port")]
    [InlineData("kms:\n  listen: kms.mcx.example:8443", "kms.listen 'kms.mcx.example:8443' is not address:port")]
    [InlineData("kms:\n  listen: 127.0.0.1:1\n  certificate: a", "kms.key is missing")]
    [InlineData("kms:\n  listen: 127.0.0.1:1\n  key: a", "kms.certificate is missing")]
    [InlineData("kms:\n  listen: 127.0.0.1:1\n  materials: a", "kms.materials is not a known key")]
    [InlineData("kms: 127.0.0.1:1", "kms must be a mapping")]
    public void An_error_names_key_and_reason(string section, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Load(section)).Message, StringComparison.Ordinal);

    private ServerConfiguration Load(string section) => ServerConfiguration.Load(_folder.Write("server.yaml", Server + section));
}
