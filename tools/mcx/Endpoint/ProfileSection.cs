using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MediaEngine.Tool;

/// <summary>One mapping of a YAML file, read key by key; every error names file, line, key, reason and way out.</summary>
internal sealed class ProfileSection
{
    private readonly YamlMappingNode _mapping;
    private readonly string _file;
    private readonly string _path;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private ProfileSection(YamlMappingNode mapping, string file, string path) => (_mapping, _file, _path) = (mapping, file, path);

    public static ProfileSection Parse(string text, string file)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new ToolException($"{file}:{e.Start.Line}: not YAML ({e.InnerException?.Message ?? e.Message}); see docs/mcx.md for the form.", ToolExit.Usage, e);
        }
        if (stream.Documents.Count != 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
            throw new ToolException($"{file}: must be one YAML mapping with mcptt-id, server, csk, …; see docs/mcx.md for the form.");
        return new ProfileSection(root, file, string.Empty);
    }

    public string Required(string key, string what) =>
        Optional(key) ?? throw Missing(key, what);

    public string? Optional(string key)
    {
        if (Find(key) is not { } node)
            return null;
        if (node is YamlScalarNode { Value: { Length: > 0 } value })
            return value;
        throw Wrong(key, "must be a single value that is not empty");
    }

    /// <summary>Octets in hexadecimal; the value itself is never repeated in an error.</summary>
    public byte[] Octets(string key, int length, string what)
    {
        string text = Required(key, what);
        if (text.Length == 2 * length && text.All(char.IsAsciiHexDigit))
            return Convert.FromHexString(text);
        throw Wrong(key, $"has {text.Length} characters or other than hex digits; {what} is {2 * length} hex digits ({length} octets), quoted");
    }

    public int Integer(string key, int missing, int minimum, int maximum)
    {
        if (Optional(key) is not { } text)
            return missing;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= minimum && value <= maximum)
            return value;
        throw Wrong(key, $"'{text}' is not a number from {minimum} to {maximum}");
    }

    public bool Boolean(string key, bool missing) => Optional(key) switch
    {
        null => missing,
        "true" or "yes" => true,
        "false" or "no" => false,
        { } text => throw Wrong(key, $"'{text}' is neither true nor false"),
    };

    public ProfileSection Section(string key, string what) => OptionalSection(key) ?? throw Missing(key, what);

    public ProfileSection? OptionalSection(string key) => Find(key) switch
    {
        null => null,
        YamlMappingNode mapping => new ProfileSection(mapping, _file, Path(key)),
        _ => throw Wrong(key, "must be a mapping (indented keys below it)"),
    };

    public IReadOnlyList<ProfileSection> Sections(string key)
    {
        if (Find(key) is not { } node)
            return [];
        if (node is not YamlSequenceNode sequence)
            throw Wrong(key, "must be a list (lines that start with '- ')");
        return [.. sequence.Select((entry, index) => entry is YamlMappingNode mapping
            ? new ProfileSection(mapping, _file, $"{Path(key)}[{index}]")
            : throw Wrong(key, $"entry {index} must be a mapping"))];
    }

    /// <summary>Refuses keys that no call above asked for: a typing error would otherwise pass as "not set".</summary>
    public void RefuseUnknown()
    {
        foreach (YamlNode node in _mapping.Children.Keys)
        {
            string key = (node as YamlScalarNode)?.Value ?? node.ToString();
            if (!_known.Contains(key))
                throw new ToolException($"{_file}:{node.Start.Line}: {Path(key)} is not a known key; known here: {string.Join(", ", _known)}.");
        }
    }

    public ToolException Wrong(string key, string reason) =>
        new($"{_file}:{Find(key)?.Start.Line ?? _mapping.Start.Line}: {Path(key)} {reason}.");

    private ToolException Missing(string key, string what) =>
        new($"{_file}:{_mapping.Start.Line}: {Path(key)} is missing; add it: {what}.");

    private string Path(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    private YamlNode? Find(string key)
    {
        _known.Add(key);
        return _mapping.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? node) ? node : null;
    }
}
