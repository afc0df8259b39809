using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MediaEngine.Mcx;

/// <summary>A session description (RFC 8866), as far as group calls use it (TS 24.379 6.2.1, TS 24.380 clause 12).</summary>
public sealed record SessionDescription
{
    public const int MaxDescription_bytes = 16 * 1024;
    public const int MaxMedia = 8;
    private const int MaxAttributes = 64;

    /// <summary>The payload type of G.711 A-law (RFC 3551).</summary>
    public const string PcmaPayloadType = "8";

    public required string OriginUser { get; init; }

    public required ulong SessionId { get; init; }

    public ulong SessionVersion { get; init; } = 1;

    public required IPAddress Connection { get; init; }

    public IReadOnlyList<MediaDescription> Media { get; init; } = [];

    /// <summary>The audio line.</summary>
    public MediaDescription? Audio => Media.FirstOrDefault(media => media.IsAudio);

    /// <summary>The floor control line.</summary>
    public MediaDescription? FloorControl => Media.FirstOrDefault(media => media.IsFloorControl);

    /// <summary>Where the given section is received.</summary>
    public IPEndPoint EndPointOf(MediaDescription media) => new(media.Connection ?? Connection, media.Port);

    public static bool TryParse(ReadOnlyMemory<byte> body, out SessionDescription description, out string reason)
    {
        description = null!;
        if (body.Length is 0 or > MaxDescription_bytes)
            return Fail($"a session description of {body.Length} octets (1 to {MaxDescription_bytes} are allowed)", out reason);
        string? originUser = null;
        ulong sessionId = 0, sessionVersion = 0;
        IPAddress? connection = null;
        var media = new List<MediaDescription>();
        var attributes = new List<string>();
        bool versionSeen = false;
        foreach (string raw in Encoding.UTF8.GetString(body.Span).Split('\n'))
        {
            string line = raw.TrimEnd('\r');
            if (line.Length == 0)
                continue;
            if (line.Any(c => char.IsControl(c) && c != '\t'))
                return Fail("a control character", out reason);
            if (line.Length < 2 || line[1] != '=')
                return Fail($"the line '{Shown(line)}' is not of the form x=…", out reason);
            string value = line[2..];
            switch (line[0])
            {
                case 'v':
                    versionSeen = value == "0";
                    break;
                case 'o':
                    string[] origin = value.Split(' ');
                    if (origin.Length != 6 || !TryNumber(origin[1], out sessionId) || !TryNumber(origin[2], out sessionVersion))
                        return Fail("o= must be: user id version IN IP4|IP6 address", out reason);
                    originUser = origin[0];
                    break;
                case 'c':
                    if (!TryConnection(value, out IPAddress? address, out int? timeToLive))
                        return Fail($"c={Shown(value)} is not an IP address", out reason);
                    if (media.Count == 0)
                        connection = address;
                    else
                        media[^1] = media[^1] with { Connection = address, TimeToLive = timeToLive };
                    break;
                case 'm':
                    if (media.Count == MaxMedia || !TryMedia(value, out MediaDescription? section))
                        return Fail($"m={Shown(value)} cannot be read, or more than {MaxMedia} of them", out reason);
                    attributes = [];
                    media.Add(section! with { Attributes = attributes });
                    break;
                case 'i' when media.Count > 0:
                    media[^1] = media[^1] with { Information = value };
                    break;
                case 'a' when media.Count > 0:
                    if (attributes.Count == MaxAttributes)
                        return Fail($"more than {MaxAttributes} attributes in one section", out reason);
                    attributes.Add(value);
                    break;
            }
        }
        if (!versionSeen || originUser is null)
            return Fail("v=0 or o= is missing", out reason);
        if (media.Exists(section => section.Port != 0 && section.Connection is null) && connection is null)
            return Fail("no c= line says where media is received", out reason);
        reason = string.Empty;
        description = new SessionDescription
        {
            OriginUser = originUser,
            SessionId = sessionId,
            SessionVersion = sessionVersion,
            Connection = connection ?? IPAddress.Any,
            Media = media,
        };
        return true;
    }

    public byte[] Serialise()
    {
        var text = new StringBuilder(512);
        text.Append("v=0\r\n")
            .Append(CultureInfo.InvariantCulture, $"o={OriginUser} {SessionId} {SessionVersion} IN {Family(Connection)} {Connection}\r\n")
            .Append("s=-\r\n")
            .Append(CultureInfo.InvariantCulture, $"c=IN {Family(Connection)} {Connection}\r\n")
            .Append("t=0 0\r\n");
        foreach (MediaDescription media in Media)
        {
            text.Append(CultureInfo.InvariantCulture, $"m={media.Kind} {media.Port} {media.Protocol} {media.Format}\r\n");
            if (media.Information is not null)
                text.Append(CultureInfo.InvariantCulture, $"i={media.Information}\r\n");
            if (media.Connection is { } address)
            {
                text.Append(CultureInfo.InvariantCulture, $"c=IN {Family(address)} {address}");
                if (media.TimeToLive is { } timeToLive)
                    text.Append(CultureInfo.InvariantCulture, $"/{timeToLive}");
                text.Append("\r\n");
            }
            foreach (string attribute in media.Attributes)
                text.Append(CultureInfo.InvariantCulture, $"a={attribute}\r\n");
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static bool Fail(string why, out string reason)
    {
        reason = why;
        return false;
    }

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static string Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? "IP6" : "IP4";

    private static bool TryNumber(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool TryConnection(string value, out IPAddress? address, out int? timeToLive)
    {
        address = null;
        timeToLive = null;
        string[] parts = value.Split(' ');
        if (parts.Length != 3 || parts[0] != "IN" || parts[1] is not ("IP4" or "IP6"))
            return false;
        string[] addressParts = parts[2].Split('/');
        if (addressParts.Length > 1)
        {
            if (!int.TryParse(addressParts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int ttl) || ttl > 255)
                return false;
            timeToLive = ttl;
        }
        return IPAddress.TryParse(addressParts[0], out address)
            && Family(address) == parts[1];
    }

    private static bool TryMedia(string value, out MediaDescription? media)
    {
        media = null;
        string[] parts = value.Split(' ', 4);
        if (parts.Length != 4 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > 65535)
            return false;
        media = new MediaDescription { Kind = parts[0], Port = port, Protocol = parts[2], Format = parts[3].Trim() };
        return true;
    }
}
