using System.Globalization;
using System.Net;
using MediaEngine.Keys;
using MediaEngine.Mcx;

namespace MediaEngine.Server;

/// <summary>Reads the <c>multicast</c> section of the server's configuration; docs/server.md explains every key.</summary>
internal static class MulticastConfiguration
{
    /// <summary>Service 1 of the test network 001-01 (TS 24.008 10.5.6.13).</summary>
    private const string DefaultTmgi = "00000100f110";

    public static MulticastOptions Read(YamlSection section)
    {
        IPAddress first = section.Address("first", "the first multicast address of the range, such as 239.192.1.0");
        if (!IsMulticast(first))
            throw section.Wrong("first", $"{first} is not an IPv4 multicast address (224.0.0.0 to 239.255.255.255)");
        if (section.Optional("port") is null)
            throw section.Wrong("port", "is missing; add it: the UDP port of media on every address, such as 40000");
        int mediaPort = section.Integer("port", 0, 1, 65535);
        int floorPort = section.Integer("floor-port", Math.Min(mediaPort + 1, 65535), 1, 65535);
        if (floorPort == mediaPort)
            throw section.Wrong("floor-port", $"{floorPort} is the port of media; floor control needs another");
        if (!Tmgi.TryParse(section.Optional("tmgi") ?? DefaultTmgi, out Tmgi? tmgi))
            throw section.Wrong("tmgi", "is not 6 or 12 hex digits, quoted");
        var defaults = new MulticastOptions
        {
            First = first,
            Count = section.Integer("count", 64, 1, 65536),
            MediaPort = mediaPort,
            FloorPort = floorPort,
            GeneralPurpose = GeneralPurpose(section, first, mediaPort),
            TimeToLive = section.Integer("ttl", 1, 1, 255),
            Tmgi = tmgi,
        };
        if (defaults.GeneralPurpose.Port == mediaPort || defaults.GeneralPurpose.Port == floorPort)
            throw section.Wrong("general-purpose", $"has port {defaults.GeneralPurpose.Port}, which media or floor control use; take another");
        YamlSection? mscck = section.OptionalSection("mscck");
        MulticastOptions options = defaults with
        {
            ControlKey = mscck is null ? null : ConfiguredKey.Read(mscck, "the MSCCK", KeyPurpose.MbmsSubchannelControlKey),
            FloorKeyPurpose = FloorKeyPurpose(section),
            MinimumListeners = section.Integer("minimum-listeners", defaults.MinimumListeners, 1, 4096),
            T15 = section.Seconds("t15-conversation", defaults.T15, 1, 3600),
            T16 = section.Seconds("t16-map-group-to-bearer", defaults.T16, 0.1, 60),
            T17 = section.Seconds("t17-unmap-group-to-bearer", defaults.T17, 0.05, 60),
            C17 = section.Integer("c17-unmap-group-to-bearer", defaults.C17, 1, 20),
        };
        return options;
    }

    private static IPEndPoint GeneralPurpose(YamlSection section, IPAddress first, int mediaPort)
    {
        if (section.Optional("general-purpose") is not { } text)
            return new IPEndPoint(first, Math.Min(mediaPort + 2, IPEndPoint.MaxPort));
        return text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out IPEndPoint? endPoint) && endPoint.Port > 0 &&
            IsMulticast(endPoint.Address)
            ? endPoint
            : throw section.Wrong("general-purpose", $"'{text}' is not an IPv4 multicast address with a port, such as 239.192.1.0:40002");
    }

    private static KeyPurpose FloorKeyPurpose(YamlSection section) => section.Optional("managed-floor-key") switch
    {
        null or "musik" => KeyPurpose.MulticastSignallingKey,
        "mkfc" => KeyPurpose.MulticastFloorControlKey,
        { } text => throw section.Wrong("managed-floor-key", string.Create(CultureInfo.InvariantCulture, $"'{text}' is neither musik nor mkfc")),
    };

    private static bool IsMulticast(IPAddress address)
    {
        byte[] octets = address.GetAddressBytes();
        return octets.Length == 4 && octets[0] is >= 224 and <= 239;
    }
}
