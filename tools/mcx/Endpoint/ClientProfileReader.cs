using System.Net;
using System.Net.Sockets;
using MediaEngine.Keys;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>Reads <see cref="ClientProfile"/> from YAML.</summary>
public static class ClientProfileReader
{
    private const int Key_bytes = 16;
    private const int Rand_bytes = 16;

    /// <exception cref="ToolException">The file cannot be read, or names line, key and reason.</exception>
    public static ClientProfile Load(string path) => Guarded(() => YamlSection.Load(path), path, withIdentityKeys: true);

    /// <summary>Without <see cref="ClientProfile.IdentityKeys"/>: for who is about to fetch them.</summary>
    /// <exception cref="ToolException">The file cannot be read, or names line, key and reason.</exception>
    public static ClientProfile LoadWithoutIdentityKeys(string path) => Guarded(() => YamlSection.Load(path), path, withIdentityKeys: false);

    /// <summary>A warning when others on this machine can read the keys, else null.</summary>
    public static string? PermissionWarning(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
            return null;
        const UnixFileMode others = UnixFileMode.OtherRead | UnixFileMode.GroupRead;
        return (File.GetUnixFileMode(path) & others) == 0
            ? null
            : $"{path} holds keys and can be read by other users; run: chmod 600 \"{path}\"";
    }

    /// <summary>Same as <see cref="Load"/> on text in memory; <paramref name="file"/> is for the error text.</summary>
    public static ClientProfile Parse(string text, string file) => Guarded(() => YamlSection.Parse(text, file), file, withIdentityKeys: true);

    private static ClientProfile Guarded(Func<YamlSection> open, string file, bool withIdentityKeys)
    {
        try
        {
            return Read(open(), file, withIdentityKeys);
        }
        catch (ConfigurationException e)
        {
            throw new ToolException(e.Message, ToolExit.Usage, e);
        }
    }

    private static ClientProfile Read(YamlSection root, string file, bool withIdentityKeys)
    {
        YamlSection server = root.Section("server", "address, port and transport of the MC server");
        YamlSection local = root.Section("local", "address, the one of this machine that the server can reach");
        YamlSection? multicast = root.OptionalSection("multicast");
        YamlSection? csk = root.OptionalSection("kms") is null
            ? root.Section("csk", "id, key and rand of the client-server key (CSK), or kms to have one made")
            : root.OptionalSection("csk");

        IPAddress localAddress = Address(local, "address", "an IP address of this machine, such as 192.0.2.10");
        if (localAddress.Equals(IPAddress.Any) || localAddress.Equals(IPAddress.IPv6Any))
            throw local.Wrong("address", $"{localAddress} cannot be told to the server; name one address of this machine");
        IPAddress mediaAddress = local.Optional("media-address") is null
            ? localAddress
            : Address(local, "media-address", "an IPv4 address of this machine for audio and floor control");
        IPAddress? multicastInterface = null;
        McxKey? bearerKey = null;
        if (multicast is not null)
        {
            bool enabled = multicast.Boolean("enabled", missing: true);
            IPAddress on = multicast.Optional("interface") is null
                ? mediaAddress
                : Address(multicast, "interface", "an IP address of this machine");
            multicastInterface = enabled ? on : null;
            if (multicast.OptionalSection("mscck") is { } mscck)
                bearerKey = ConfiguredKey.Read(mscck, "the MSCCK", KeyPurpose.MbmsSubchannelControlKey);
            multicast.RefuseUnknown();
        }
        string mcpttId = Uri(root, "mcptt-id", "the MC service user, such as sip:alice@mcx.example");
        KmsAccess? kms = root.OptionalSection("kms") is { } kmsSection ? KmsOf(kmsSection, file) : null;
        string sipUser = Uri(root, "sip-user", "the address of record to register, such as sip:u1001@mcx.example");
        SipUri aor = SipUri.TryParse(sipUser, out SipUri? parsed) ? parsed : throw new InvalidOperationException(sipUser);
        var profile = new ClientProfile
        {
            McpttId = mcpttId,
            SipUser = sipUser,
            Password = root.Required("password", "the password of the SIP user"),
            AuthenticationUser = root.Optional("auth-user") ?? aor.User,
            Realm = root.Optional("realm") ?? aor.Host,
            ServerUri = server.Optional("uri") is null ? $"sip:mcptt@{aor.Host}" : Uri(server, "uri", "the server's public service identity"),
            ClientId = ClientIdOf(root),
            Server = new IPEndPoint(
                Address(server, "address", "the IP address of the MC server"), server.Integer("port", TransportOf(server).DefaultPort(), 1, 65535)),
            Transport = TransportOf(server),
            ServerTls = TlsOf(server, aor, file),
            LocalAddress = localAddress,
            MediaAddress = mediaAddress,
            LocalPort = local.Integer("port", 0, 0, 65535),
            MulticastInterface = multicastInterface,
            BearerKey = bearerKey,
            ClientServerKey = csk is null ? null : ClientServerKeyOf(csk),
            Kms = kms,
            IdentityKeys = kms is not null && withIdentityKeys ? IdentityKeysOf(kms, mcpttId) : null,
            Groups = GroupsOf(root),
        };
        if (profile.Server.AddressFamily != localAddress.AddressFamily)
            throw local.Wrong("address", $"{localAddress} is not of the address family of server.address {profile.Server.Address}");
        if (mediaAddress.AddressFamily != AddressFamily.InterNetwork)
            throw local.Wrong("media-address", $"{mediaAddress} is not IPv4; media is, even where SIP is IPv6: set local.media-address");
        foreach (YamlSection? section in (ReadOnlySpan<YamlSection?>)[root, server, local, csk])
            section?.RefuseUnknown();
        return profile;
    }

    private static KmsAccess KmsOf(YamlSection section, string file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        Uri? url = null;
        if (section.Optional("url") is { } text &&
            (!System.Uri.TryCreate(text, UriKind.Absolute, out url) || url.Scheme != System.Uri.UriSchemeHttps || url.UserInfo.Length > 0))
            throw section.Wrong("url", $"'{text}' is not the HTTPS address of a KMS, such as https://kms.mcx.example:8443");
        var access = new KmsAccess(
            url,
            section.Optional("trusted-certificate") is { } trusted ? Path.Combine(folder, trusted) : null,
            Path.Combine(folder, section.Optional("keys") ?? $"{Path.GetFileNameWithoutExtension(file)}.kms.xml"));
        section.RefuseUnknown();
        return access;
    }

    // Without an address nobody can fetch them later.
    private static IdentityKeys? IdentityKeysOf(KmsAccess kms, string mcpttId)
    {
        if (kms.Url is not null && !File.Exists(kms.KeysPath))
            return null;
        try
        {
            using KmsMaterial material = KmsFile.Load(kms.KeysPath);
            return KmsFile.IdentityOf(kms.KeysPath, material, mcpttId, DateTimeOffset.UtcNow);
        }
        catch (ConfigurationException e) when (kms.Url is not null)
        {
            throw new ConfigurationException($"{e.Message} 'mcx kms fetch' gets new ones.", e);
        }
    }

    private static ClientServerKey ClientServerKeyOf(YamlSection csk) =>
        new(Identifier(csk, "id", KeyPurpose.ClientServerKey, "the CSK-ID"),
            csk.Octets("key", Key_bytes, "the CSK"),
            csk.Octets("rand", Rand_bytes, "the RAND delivered with the CSK"));

    private static ProfileGroup[] GroupsOf(YamlSection root)
    {
        var groups = new List<ProfileGroup>();
        foreach (YamlSection entry in root.Sections("groups"))
        {
            string id = Uri(entry, "id", "the group identity, such as sip:fire@mcx.example");
            if (groups.Exists(group => group.Id == id))
                throw entry.Wrong("id", $"{id} is listed twice");
            bool configured = (entry.Optional("gmk-id") ?? entry.Optional("gmk") ?? entry.Optional("rand")) is not null;
            groups.Add(new ProfileGroup(id, configured ? GroupMasterKeyOf(entry) : null, entry.Boolean("affiliate", missing: true))
            {
                FloorKey = entry.OptionalSection("floor-key") is { } floorKey ? ConfiguredKey.ReadFloorKey(floorKey) : null,
            });
            entry.RefuseUnknown();
        }
        return [.. groups];
    }

    private static GroupMasterKey GroupMasterKeyOf(YamlSection entry) =>
        new(Identifier(entry, "gmk-id", KeyPurpose.GroupMasterKey, "the GMK-ID"),
            entry.Octets("gmk", Key_bytes, "the GMK"),
            entry.Octets("rand", Rand_bytes, "the RAND delivered with the GMK"));

    private static KeyIdentifier Identifier(YamlSection section, string key, KeyPurpose purpose, string what)
    {
        string text = section.Required(key, $"{what}, 8 hex digits, quoted");
        if (!KeyIdentifier.TryParse(text, out KeyIdentifier id))
            throw section.Wrong(key, $"'{text}' is not {what}: 8 hex digits, quoted");
        if (id.Purpose != purpose)
            throw section.Wrong(key, $"'{text}' is not {what}: its first hex digit must be {(int)purpose}");
        return id;
    }

    private static string Uri(YamlSection section, string key, string what)
    {
        string text = section.Required(key, what);
        return SipUri.TryParse(text, out SipUri? uri) && uri.IsSip ? text : throw section.Wrong(key, $"'{text}' is not a SIP URI; needed is {what}");
    }

    private static string ClientIdOf(YamlSection root)
    {
        string text = root.Required("client-id", "the MCPTT client identity, urn:uuid:…");
        const string scheme = "urn:uuid:";
        return text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && Guid.TryParseExact(text[scheme.Length..], "D", out _)
            ? text
            : throw root.Wrong("client-id", $"'{text}' is not of the form urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001");
    }

    private static IPAddress Address(YamlSection section, string key, string what)
    {
        string text = section.Required(key, what);
        return IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
            ? address
            : throw section.Wrong(key, $"'{text}' is not an IP address; needed is {what}");
    }

    private static SipTransportKind TransportOf(YamlSection server) => server.Optional("transport") switch
    {
        null or "tcp" => SipTransportKind.Tcp,
        "udp" => SipTransportKind.Udp,
        "tls" => SipTransportKind.Tls,
        { } text => throw server.Wrong("transport", $"'{text}' is neither tcp, udp nor tls"),
    };

    private static ServerTls? TlsOf(YamlSection server, SipUri aor, string file)
    {
        if (TransportOf(server) != SipTransportKind.Tls)
            return null;
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return new ServerTls(
            server.Optional("name") ?? aor.Host,
            server.Optional("trusted-certificate") is { } trusted ? Path.Combine(folder, trusted) : null);
    }
}
