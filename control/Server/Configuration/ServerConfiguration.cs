using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Server;

/// <summary>What the server's configuration file says; docs/server.md explains every key.</summary>
public sealed record ServerConfiguration
{
    /// <summary>The domain of this MC system; identities of its users and groups are in it.</summary>
    public required string Domain { get; init; }

    public required IReadOnlyList<SipListen> SipListeners { get; init; }

    /// <summary>The bounds of the SIP stack; its listeners and certificates stand for themselves.</summary>
    public SipStackOptions SipLimits { get; init; } = SipLimitsSection.Read(null);

    /// <summary>Certificates of TLS listeners; null when there are none.</summary>
    public SipTlsConfiguration? SipTls { get; init; }

    /// <summary>Where the media plane binds.</summary>
    public required IPAddress MediaAddress { get; init; }

    /// <summary>What clients are told instead, behind a NAT or when binding 0.0.0.0.</summary>
    public IPAddress? AdvertisedMediaAddress { get; init; }

    /// <summary>0 = any free port.</summary>
    public int AudioPort { get; init; }

    /// <summary>0 = any free port.</summary>
    public int FloorPort { get; init; }

    public int Shards { get; init; } = 1;

    /// <summary>Null: calls go by unicast only.</summary>
    public MulticastOptions? Multicast { get; init; }

    /// <summary>The address of the interface multicast leaves by.</summary>
    public IPAddress MulticastInterface { get; init; } = IPAddress.Any;

    /// <summary>The SQLite file.</summary>
    public required string StorePath { get; init; }

    /// <summary>The file of the key that keys in the store are encrypted with; null when there is none.</summary>
    public string? StoreKeyPath { get; init; }

    public required string OrganisationPath { get; init; }

    /// <summary>The public service identity of this server, and the identity that clients send their CSKs to (MDSI).</summary>
    public string ServerUri => $"sip:mcptt@{Domain}";

    /// <summary>The identity of the group management server (GMS), which group keys come from.</summary>
    public string GroupManagementUri => $"sip:gms@{Domain}";

    /// <summary>Null when this server has no KMS.</summary>
    public KmsConfiguration? Kms { get; init; }

    /// <summary>The Unix domain socket of the operator's HTTP; null = none.</summary>
    public string? OperatorSocketPath { get; init; }

    /// <summary>How long a stream to the operator is silent at most.</summary>
    public TimeSpan OperatorHeartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Times of managed group keys.</summary>
    public KeyOptions Keys { get; init; } = new();

    /// <summary>How long the session of a client that does not show itself lasts.</summary>
    public SessionTimerOptions SessionTimer { get; init; } = new();

    /// <summary>Reads the file; relative paths in it count from its folder.</summary>
    /// <exception cref="ConfigurationException">Names file, line, key, reason and way out.</exception>
    public static ServerConfiguration Load(string path)
    {
        YamlSection root = YamlSection.Load(path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        YamlSection sip = root.Section("sip", "udp, tcp, tls, ws, wss: the address:port pairs to listen on");
        (IReadOnlyList<SipListen> listeners, SipTlsConfiguration? tls) = SipSection.Read(sip, folder);
        YamlSection media = root.Section("media", "address, and optionally advertised-address, audio-port, floor-port, shards");
        YamlSection? multicast = root.OptionalSection("multicast");
        YamlSection? groupKeys = root.OptionalSection("group-keys");
        YamlSection? sessionTimer = root.OptionalSection("session-timer");
        YamlSection? operators = root.OptionalSection("operator");
        var configuration = new ServerConfiguration
        {
            Domain = root.Required("domain", "the domain of this MC system, such as mcx.example"),
            SipListeners = listeners,
            SipLimits = SipLimitsSection.Read(sip.OptionalSection("limits")),
            SipTls = tls,
            MediaAddress = media.Address("address", "the IPv4 address media and floor control are bound to"),
            AdvertisedMediaAddress = media.Optional("advertised-address") is null
                ? null
                : media.Address("advertised-address", "the address clients send media to"),
            AudioPort = media.Integer("audio-port", 0, 0, 65535),
            FloorPort = media.Integer("floor-port", 0, 0, 65535),
            Shards = media.Integer("shards", 1, 1, 64),
            Multicast = multicast is null ? null : MulticastConfiguration.Read(multicast),
            MulticastInterface = multicast?.Address("interface", "the address of the interface multicast leaves by") ?? IPAddress.Any,
            StorePath = Path.Combine(folder, root.Required("store", "the path of the SQLite file, such as mediaengine.db")),
            StoreKeyPath = root.Optional("store-key") is { } storeKey ? Path.Combine(folder, storeKey) : null,
            Kms = root.OptionalSection("kms") is { } kms ? KmsConfiguration.Read(kms, folder) : null,
            Keys = KeyTimes(groupKeys),
            SessionTimer = sessionTimer is null ? new SessionTimerOptions() : SessionTimerSection.Read(sessionTimer),
            OperatorSocketPath = operators is null
                ? null
                : Path.Combine(folder, operators.Required("socket", "the path of the operator's Unix domain socket, such as operator.sock")),
            OrganisationPath = Path.Combine(folder, root.Required("organisation", "the path of the organisation file, such as organisation.yaml")),
        };
        if (configuration.MediaAddress.Equals(IPAddress.Any) && configuration.AdvertisedMediaAddress is null)
            throw media.Wrong("address", "is 0.0.0.0: clients must be told an address they can send to; set media.advertised-address");
        foreach (YamlSection? section in (YamlSection?[])[root, sip, media, multicast, groupKeys, sessionTimer, operators])
            section?.RefuseUnknown();
        return configuration;
    }

    private static KeyOptions KeyTimes(YamlSection? groupKeys)
    {
        var defaults = new KeyOptions();
        return groupKeys is null ? defaults : defaults with
        {
            Lead = groupKeys.Seconds("lead", defaults.Lead, 1, 3600),
            Overlap = groupKeys.Seconds("overlap", defaults.Overlap, 1, 86400),
            RevocationOverlap = groupKeys.Seconds("revocation-overlap", defaults.RevocationOverlap, 0, 3600),
        };
    }
}
