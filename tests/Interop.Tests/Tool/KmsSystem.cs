using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaEngine.Interop.Tests;

/// <summary>A server with its KMS on loopback, as one without configuration makes it for itself, and its clients' profiles.</summary>
internal sealed class KmsSystem : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly EmbeddedOrganisation _organisation = new() { ManagesKeys = true };
    private readonly McServer _server;

    /// <param name="prepareTls">Puts a TLS certificate into the KMS's folder before one is made.</param>
    public KmsSystem(Action<string>? prepareTls = null)
    {
        prepareTls?.Invoke(File(DataFolder.KmsName));
        SecretFile.Write(File(DataFolder.OrganisationName), _organisation.OrganisationYaml());
        SecretFile.Write(File(DataFolder.ConfigurationName), DataFolder.ConfigurationYaml(0, 0, 0, multicastPort: 9, kmsPort: 0));
        DataFolder.PrepareKms(_folder.Path, _organisation, DateTimeOffset.UtcNow);
        ServerConfiguration configuration = ServerConfiguration.Load(File(DataFolder.ConfigurationName));
        _server = new McServer(configuration, OrganisationFile.Load(configuration.OrganisationPath, configuration.Domain), NullLoggerFactory.Instance);
        _server.Start();
    }

    public Uri KmsUrl => _server.KmsUrl!;

    public string File(string name) => Path.Combine(_folder.Path, name);

    /// <summary>Writes a user's profile; the key material that came with it is removed unless it is to stay.</summary>
    public string Profile(string name, bool withMaterial = false)
    {
        string path = DataFolder.ProfilePath(_folder.Path, name);
        SecretFile.Write(path, _organisation.ProfileYaml(name, _server.SipEndPoint(SipTransportKind.Tcp), SipTransportKind.Tcp, IPAddress.Loopback, null, KmsUrl));
        if (!withMaterial)
            System.IO.File.Delete(MaterialOf(name));
        return path;
    }

    public string MaterialOf(string name) => File(Path.Combine(DataFolder.ClientsName, EmbeddedOrganisation.MaterialNameOf(name)));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _organisation.Dispose();
        _folder.Dispose();
    }
}
