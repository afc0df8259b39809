using System.Net;
using MediaEngine.Sip;

namespace MediaEngine.Server;

/// <summary>The folder of a server that was started without configuration: everything it needs, made on first use.</summary>
public static class DataFolder
{
    public const string DefaultName = "mediaengine-data";
    public const string ConfigurationName = "server.yaml";
    public const string OrganisationName = "organisation.yaml";
    public const string ClientsName = "clients";
    public const string StoreKeyName = "store.key";
    public const string KmsName = "kms";
    public const string OperatorSocketName = "operator.sock";
    private const int SipPort = 5060;
    private const int KmsPort = 8443;

    /// <summary>Makes server.yaml, organisation.yaml, a KMS and one profile per user where they are missing; returns server.yaml's path.</summary>
    /// <exception cref="ConfigurationException">The folder cannot be used.</exception>
    public static string Prepare(string folder)
    {
        string configuration = Path.Combine(folder, ConfigurationName);
        if (File.Exists(configuration))
            return configuration;
        using var organisation = new EmbeddedOrganisation { ManagesKeys = true };
        PrepareKms(folder, organisation, DateTimeOffset.UtcNow);
        var server = new IPEndPoint(IPAddress.Loopback, SipPort);
        foreach (string name in organisation.UserNames)
            SecretFile.Write(ProfilePath(folder, name), organisation.ProfileYaml(name, server, SipTransportKind.Tcp, IPAddress.Loopback, IPAddress.Loopback, new Uri($"https://127.0.0.1:{KmsPort}")));
        SecretFile.Write(Path.Combine(folder, OrganisationName), organisation.OrganisationYaml());
        // Last, because its presence says that the folder is complete.
        SecretFile.Write(configuration, ConfigurationYaml(SipPort, audioPort: 16384, floorPort: 16385, multicastPort: 16386, KmsPort));
        return configuration;
    }

    /// <summary>Makes the organisation's KMS, its TLS certificate, the store key, and the key material beside each user's profile.</summary>
    /// <exception cref="ConfigurationException">The folder cannot be used.</exception>
    public static void PrepareKms(string folder, EmbeddedOrganisation organisation, DateTimeOffset now)
    {
        using StoreSeal seal = StoreSeal.Load(
            Path.Combine(folder, StoreKeyName), Environment.GetEnvironmentVariable(StoreSeal.EnvironmentVariable), mayCreate: true)!;
        string kms = Path.Combine(folder, KmsName);
        KeyAuthorityFolder.Save(kms, organisation.Kms, seal);
        // For the profiles to name; the server loads it by itself.
        TlsCertificate.LoadOrCreate(kms, $"kms.{EmbeddedOrganisation.Domain}", IPAddress.Loopback, now).Dispose();
        foreach (string name in organisation.UserNames)
            SecretFile.Write(Path.Combine(folder, ClientsName, EmbeddedOrganisation.MaterialNameOf(name)), organisation.MaterialOf(name, now));
    }

    public static string ProfilePath(string folder, string name) => Path.Combine(folder, ClientsName, $"{name}.yaml");

    /// <summary>A loopback configuration; port 0 = any.</summary>
    /// <param name="multicastPort">Of media; floor control and the general purpose subchannel have the next two. Null: no multicast.</param>
    /// <param name="kmsPort">Null makes one without KMS, for organisations whose keys are all configured.</param>
    public static string ConfigurationYaml(int sipPort, int audioPort, int floorPort, int? multicastPort = null, int? kmsPort = null) => $"""
        # Configuration of a MediaEngine server; docs/server.md explains every key.
        domain: {EmbeddedOrganisation.Domain}
        sip:
          udp: 127.0.0.1:{sipPort}
          tcp: 127.0.0.1:{sipPort}
        media:
          address: 127.0.0.1
          audio-port: {audioPort}
          floor-port: {floorPort}
        {(multicastPort is null ? string.Empty : Multicast(multicastPort.Value))}
        store: mediaengine.db
        store-key: {StoreKeyName}
        organisation: {OrganisationName}
        operator:
          socket: {OperatorSocketName}
        {(kmsPort is null ? string.Empty : $"kms:\n  listen: 127.0.0.1:{kmsPort}\n  folder: {KmsName}\n")}
        """;

    private static string Multicast(int port) => $"""
        multicast:
          first: 239.192.77.1
          count: 32
          port: {port}
          floor-port: {port + 1}
          general-purpose: 239.192.77.1:{port + 2}
          interface: 127.0.0.1
          ttl: 1
        """;
}
