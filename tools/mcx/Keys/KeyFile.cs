using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MediaEngine.Keys;
using MediaEngine.Server;

namespace MediaEngine.Tool;

/// <summary>
/// The file a client keeps the group keys in that were delivered to it, so that they survive a restart. Readable by its owner
/// only; replaced as a whole, so that it is never half written.
/// </summary>
public sealed class KeyFile
{
    private const int Version = 1;
    private const int MaxFile_bytes = 4 << 20;
    private const int MinRand_bytes = 16;
    private const int MaxRand_bytes = 255;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    private readonly string _mcpttId;

    /// <param name="path">Made when the first key is kept.</param>
    /// <param name="mcpttId">Whose keys they are; a file of somebody else is refused.</param>
    public KeyFile(string path, string mcpttId)
    {
        Path = path;
        _mcpttId = mcpttId;
    }

    public string Path { get; }

    /// <summary>The file of a profile: beside it, <c>alice.yaml</c> to <c>alice.keys.json</c>.</summary>
    public static string Beside(string profilePath) => System.IO.Path.ChangeExtension(profilePath, ".keys.json");

    /// <summary>What was kept; nothing when there is no file yet. The caller disposes the keys.</summary>
    /// <exception cref="ToolException">The file cannot be read, is damaged, or is another user's.</exception>
    public KeptKeys Load()
    {
        Document? document;
        try
        {
            if (!File.Exists(Path))
                return new KeptKeys();
            if (new FileInfo(Path).Length > MaxFile_bytes)
                throw new ToolException($"{Path}: larger than {MaxFile_bytes} octets; this is not a file of keys.");
            document = JsonSerializer.Deserialize<Document>(File.ReadAllBytes(Path), Options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{Path}: cannot read the keys that were delivered ({e.Message.TrimEnd('.')}); check its permissions.", ToolExit.Usage, e);
        }
        catch (JsonException e)
        {
            throw Damaged($"line {e.LineNumber + 1} is not as it was written", e);
        }
        if (document is not { Version: Version })
            throw Damaged($"it is not of version {Version}");
        if (document.McpttId != _mcpttId)
            throw new ToolException($"{Path}: holds the keys of {document.McpttId}, not of {_mcpttId}; use one file for each profile.");
        return new KeptKeys
        {
            Keys = [.. (document.Keys ?? []).Select(Read)],
            Revoked = [.. (document.Revoked ?? []).Select(Identifier)],
            LatestSent = Sent(document.LatestSent, "the last message"),
        };
    }

    /// <summary>Replaces the file.</summary>
    /// <exception cref="ToolException">It cannot be written; the old file is as it was.</exception>
    public void Save(KeptKeys kept)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(
            new Document(Version, _mcpttId, Text(kept.LatestSent), [.. kept.Keys.Select(Write)], [.. kept.Revoked.Select(id => id.ToString())]), Options);
        try
        {
            SecretFile.Write(Path, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{Path}: cannot keep the keys that were delivered ({e.Message.TrimEnd('.')}); make its folder writable.", ToolExit.Usage, e);
        }
        finally
        {
            Array.Clear(content);
        }
    }

    private static Entry Write(KeptKey kept)
    {
        Span<byte> octets = stackalloc byte[McxKey.Key_bytes];
        kept.Key.CopyKeyTo(octets);
        var entry = new Entry(
            kept.Key.Id.ToString(), Convert.ToHexStringLower(octets), Convert.ToHexStringLower(kept.Key.Rand), Text(kept.Sent),
            kept.Key.Validity.Activation, kept.Key.Validity.Expiry, [.. kept.Key.GroupIds]);
        octets.Clear();
        return entry;
    }

    private KeptKey Read(Entry entry)
    {
        KeyIdentifier id = Identifier(entry.Id);
        if (!IsHex(entry.Key, McxKey.Key_bytes, McxKey.Key_bytes))
            throw Damaged($"the key of {id} is not {2 * McxKey.Key_bytes} hex digits");
        if (!IsHex(entry.Rand, MinRand_bytes, MaxRand_bytes))
            throw Damaged($"the rand of {id} is not {2 * MinRand_bytes} to {2 * MaxRand_bytes} hex digits");
        var key = new McxKey(id, Convert.FromHexString(entry.Key!), Convert.FromHexString(entry.Rand!))
        {
            Validity = new KeyValidity(entry.Activation, entry.Expiry),
            GroupIds = entry.Groups ?? [],
        };
        return new KeptKey(key, Sent(entry.Sent, id.ToString()));
    }

    private KeyIdentifier Identifier(string? text) =>
        KeyIdentifier.TryParse(text, out KeyIdentifier id) && ClientKeyRing.Holds(id.Purpose)
            ? id
            : throw Damaged($"'{text}' is not the identifier of a group's key");

    private NtpTimestamp Sent(string? text, string what) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            ? new NtpTimestamp(value)
            : throw Damaged($"it does not say when {what} was sent");

    private static string Text(NtpTimestamp moment) => moment.Value.ToString("x16", CultureInfo.InvariantCulture);

    private ToolException Damaged(string reason, Exception? inner = null) =>
        new($"{Path}: is damaged ({reason}); delete it, register and have the groups' keys rotated with 'mcx key rotate'.", ToolExit.Usage, inner);

    private static bool IsHex(string? text, int minimum, int maximum) =>
        text is not null && text.Length % 2 == 0 && text.Length >= 2 * minimum && text.Length <= 2 * maximum && text.All(char.IsAsciiHexDigit);

    private sealed record Document(int Version, string? McpttId, string? LatestSent, Entry[]? Keys, string[]? Revoked);

    private sealed record Entry(
        string? Id, string? Key, string? Rand, string? Sent, DateTimeOffset? Activation, DateTimeOffset? Expiry, string[]? Groups);
}
