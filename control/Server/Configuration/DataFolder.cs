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
    private const int SipPort = 5060;

    /// <summary>Makes server.yaml, organisation.yaml and one profile per user where they are missing; returns server.yaml's path.</summary>
    public static string Prepare(string folder)
    {
        string configuration = Path.Combine(folder, ConfigurationName);
        if (File.Exists(configuration))
            return configuration;
        var organisation = new EmbeddedOrganisation();
        var server = new IPEndPoint(IPAddress.Loopback, SipPort);
        foreach (string name in organisation.UserNames)
            WriteSecret(Path.Combine(folder, ClientsName, $"{name}.yaml"), organisation.ProfileYaml(name, server, SipTransportKind.Tcp, IPAddress.Loopback, IPAddress.Loopback));
        WriteSecret(Path.Combine(folder, OrganisationName), organisation.OrganisationYaml());
        // Last, because its presence says that the folder is complete.
        WriteSecret(configuration, ConfigurationYaml(SipPort, audioPort: 16384, floorPort: 16385, multicastPort: 16386));
        return configuration;
    }

    /// <summary>A loopback configuration; port 0 = any.</summary>
    public static string ConfigurationYaml(int sipPort, int audioPort, int floorPort, int multicastPort) => $"""
        # Configuration of a MediaEngine server; docs/server.md explains every key.
        domain: {EmbeddedOrganisation.Domain}
        sip:
          udp: 127.0.0.1:{sipPort}
          tcp: 127.0.0.1:{sipPort}
        media:
          address: 127.0.0.1
          audio-port: {audioPort}
          floor-port: {floorPort}
        multicast:
          first: 239.192.77.1
          count: 32
          port: {multicastPort}
          interface: 127.0.0.1
          ttl: 1
        store: mediaengine.db
        store-key: store.key
        organisation: {OrganisationName}

        """;

    /// <summary>Writes a file that only its owner may read, making its folder first.</summary>
    public static void WriteSecret(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(path, options);
        // The mode above is for new files only.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(stream.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var writer = new StreamWriter(stream);
        writer.Write(text);
    }
}
