using System.Text.Json;
using System.Text.Json.Serialization;
using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Tool;

/// <summary>
/// The keys of a capture (<c>keys.json</c>): whoever holds the file can read what was captured. Beside the MCX keys it has the
/// derived SRTP master keys and MKIs, which other programs can use without knowing TS 33.180.
/// </summary>
public sealed class CaptureKeys
{
    private const int MaxFile_bytes = 16 << 20;
    private const int MasterKey_bytes = 16;
    private const int MasterSalt_bytes = 12;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    private readonly Dictionary<uint, GroupEntry> _groups = [];
    private readonly Dictionary<uint, ClientServerEntry> _clientServer = [];
    private readonly Dictionary<uint, MulticastEntry> _multicast = [];

    public int GroupKeyCount => _groups.Count;

    public int ClientServerKeyCount => _clientServer.Count;

    /// <summary>Adds a GMK and, for each member's MCPTT ID, what that member sends under.</summary>
    public void AddGroupKey(GroupMasterKey key, IEnumerable<string> members)
    {
        var octets = new byte[16];
        key.CopyKeyTo(octets);
        var entries = new Dictionary<string, MemberEntry>(StringComparer.Ordinal);
        if (_groups.TryGetValue(key.Id.Value, out GroupEntry? known))
            entries = known.Members.ToDictionary(member => member.McpttId, StringComparer.Ordinal);
        byte[] masterKey = new byte[MasterKey_bytes], masterSalt = new byte[MasterSalt_bytes];
        foreach (string member in members)
        {
            KeyIdentifier gukId = key.GukIdFor(member);
            key.ExportMediaKey(gukId, masterKey, masterSalt);
            entries[member] = new MemberEntry(member, gukId.ToString(), $"{key.Id}{gukId}", Hex(masterKey), Hex(masterSalt));
        }
        _groups[key.Id.Value] = new GroupEntry(key.Id.ToString(), Hex(octets), Hex(key.Rand), [.. entries.Values]);
    }

    /// <summary>Adds the CSK of one client.</summary>
    public void AddClientServerKey(ClientServerKey key, string mcpttId)
    {
        var octets = new byte[16];
        key.CopyKeyTo(octets);
        byte[] masterKey = new byte[MasterKey_bytes], masterSalt = new byte[MasterSalt_bytes];
        key.ExportControlKey(masterKey, masterSalt);
        _clientServer[key.Id.Value] = new ClientServerEntry(
            key.Id.ToString(), mcpttId, Hex(octets), Hex(key.Rand), key.Id.ToString(), Hex(masterKey), Hex(masterSalt));
    }

    /// <summary>Adds a MuSiK, MKFC or MSCCK.</summary>
    public void AddMulticastKey(McxKey key)
    {
        var octets = new byte[McxKey.Key_bytes];
        key.CopyKeyTo(octets);
        byte[] masterKey = new byte[MasterKey_bytes], masterSalt = new byte[MasterSalt_bytes];
        key.ExportMasterKey(CryptoSession.McpttMulticastSignalling, key.Id, masterKey, masterSalt);
        _multicast[key.Id.Value] = new MulticastEntry(key.Id.ToString(), Hex(octets), Hex(key.Rand), key.Id.ToString(), Hex(masterKey), Hex(masterSalt));
    }

    /// <summary>The SRTP master key of what is protected under this CSK, MuSiK, MKFC or MSCCK; the caller disposes it.</summary>
    public SrtpMasterKey? ControlKey(KeyIdentifier id)
    {
        if (_multicast.TryGetValue(id.Value, out MulticastEntry? entry))
        {
            using var multicast = new McxKey(id, Convert.FromHexString(entry.Key), Convert.FromHexString(entry.Rand));
            return multicast.DeriveMasterKey(CryptoSession.McpttMulticastSignalling, id);
        }
        using ClientServerKey? key = ClientServerKey(id);
        return key?.DeriveControlKey();
    }

    /// <summary>The GMK with this GMK-ID; the caller disposes it.</summary>
    public GroupMasterKey? GroupKey(KeyIdentifier id) => _groups.TryGetValue(id.Value, out GroupEntry? entry)
        ? new GroupMasterKey(id, Convert.FromHexString(entry.Key), Convert.FromHexString(entry.Rand))
        : null;

    /// <summary>The CSK with this CSK-ID; the caller disposes it.</summary>
    public ClientServerKey? ClientServerKey(KeyIdentifier id) => _clientServer.TryGetValue(id.Value, out ClientServerEntry? entry)
        ? new ClientServerKey(id, Convert.FromHexString(entry.Key), Convert.FromHexString(entry.Rand))
        : null;

    /// <summary>Writes the file, readable by its owner only.</summary>
    public void Write(string path)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(new Document(1, [.. _groups.Values], [.. _clientServer.Values], [.. _multicast.Values]), Options);
        try
        {
            // A file that is there keeps its old mode, so it goes first.
            File.Delete(path);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(path, options);
            file.Write(content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{path}: cannot write the key file ({e.Message.TrimEnd('.')}); choose another path.", ToolExit.Usage, e);
        }
    }

    /// <exception cref="ToolException">The file cannot be read or is not a key file.</exception>
    public static CaptureKeys Load(string path)
    {
        Document? document;
        try
        {
            if (new FileInfo(path).Length > MaxFile_bytes)
                throw new ToolException($"{path}: larger than {MaxFile_bytes} octets; this is not a key file.");
            document = JsonSerializer.Deserialize<Document>(File.ReadAllBytes(path), Options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{path}: cannot read the key file ({e.Message.TrimEnd('.')}); check --keys.", ToolExit.Usage, e);
        }
        catch (JsonException e)
        {
            throw new ToolException($"{path}:{e.LineNumber + 1}: not a key file ({e.Message}); use the keys.json written with the capture.", ToolExit.Usage, e);
        }
        var keys = new CaptureKeys();
        foreach (GroupEntry entry in document?.GroupKeys ?? [])
            keys._groups[Check(path, entry.Id, KeyPurpose.GroupMasterKey, entry.Key, entry.Rand).Value] = entry with { Members = entry.Members ?? [] };
        foreach (ClientServerEntry entry in document?.ClientServerKeys ?? [])
            keys._clientServer[Check(path, entry.Id, KeyPurpose.ClientServerKey, entry.Key, entry.Rand).Value] = entry;
        foreach (MulticastEntry entry in document?.MulticastKeys ?? [])
            keys._multicast[CheckMulticast(path, entry).Value] = entry;
        return keys;
    }

    private static KeyIdentifier CheckMulticast(string path, MulticastEntry entry)
    {
        KeyPurpose purpose = KeyIdentifier.TryParse(entry.Id, out KeyIdentifier id) &&
            id.Purpose is KeyPurpose.MulticastFloorControlKey or KeyPurpose.MbmsSubchannelControlKey
            ? id.Purpose
            : KeyPurpose.MulticastSignallingKey;
        return Check(path, entry.Id, purpose, entry.Key, entry.Rand);
    }

    private static KeyIdentifier Check(string path, string? id, KeyPurpose purpose, string? key, string? rand)
    {
        if (!KeyIdentifier.TryParse(id, out KeyIdentifier identifier) || identifier.Purpose != purpose)
            throw new ToolException($"{path}: id '{id}' is not the identifier of a {purpose}; use the keys.json written with the capture.");
        if (!IsHex(key, 16, 16) || !IsHex(rand, 16, 255))
            throw new ToolException($"{path}: key {id} needs a key of 32 hex digits and a rand of at least 32; use the keys.json written with the capture.");
        return identifier;
    }

    private static bool IsHex(string? text, int minimum, int maximum) =>
        text is not null && text.Length % 2 == 0 && text.Length >= 2 * minimum && text.Length <= 2 * maximum && text.All(char.IsAsciiHexDigit);

    private static string Hex(ReadOnlySpan<byte> octets) => Convert.ToHexStringLower(octets);

    private sealed record Document(int Version, GroupEntry[]? GroupKeys, ClientServerEntry[]? ClientServerKeys, MulticastEntry[]? MulticastKeys);

    private sealed record GroupEntry(string Id, string Key, string Rand, MemberEntry[] Members);

    private sealed record MemberEntry(string McpttId, string GukId, string Mki, string MasterKey, string MasterSalt);

    private sealed record MulticastEntry(string Id, string Key, string Rand, string Mki, string MasterKey, string MasterSalt);

    private sealed record ClientServerEntry(
        string Id, string McpttId, string Key, string Rand, string Mki, string MasterKey, string MasterSalt);
}
