using System.Globalization;
using System.Net;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MediaEngine.Server;

/// <summary>One mapping of a YAML file, read key by key; every error names file, line, key, reason and way out.</summary>
public sealed class YamlSection
{
    private const int MaxFile_bytes = 16 << 20;

    private readonly YamlMappingNode _mapping;
    private readonly string _file;
    private readonly string _path;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private YamlSection(YamlMappingNode mapping, string file, string path) => (_mapping, _file, _path) = (mapping, file, path);

    /// <summary>Reads a file. Errors name the file and what to do.</summary>
    public static YamlSection Load(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxFile_bytes })
                throw new ConfigurationException($"{path}: larger than {MaxFile_bytes} octets; this is not a configuration file.");
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: cannot be read ({e.Message.TrimEnd('.')}); check the path and its permissions.", e);
        }
    }

    public static YamlSection Parse(string text, string file)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new ConfigurationException($"{file}:{e.Start.Line}: not YAML ({e.InnerException?.Message ?? e.Message}).", e);
        }
        if (stream.Documents.Count != 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
            throw new ConfigurationException($"{file}: must be one YAML mapping.");
        return new YamlSection(root, file, string.Empty);
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

    /// <summary>Seconds, with up to three decimals.</summary>
    public TimeSpan Seconds(string key, TimeSpan missing, double minimum, double maximum)
    {
        if (Optional(key) is not { } text)
            return missing;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value >= minimum && value <= maximum)
            return TimeSpan.FromSeconds(value);
        throw Wrong(key, $"'{text}' is not a number of seconds from {minimum} to {maximum}");
    }

    public IPAddress Address(string key, string what, IPAddress? missing = null)
    {
        if (missing is not null && Optional(key) is null)
            return missing;
        string text = Required(key, what);
        return IPAddress.TryParse(text, out IPAddress? address)
            ? address
            : throw Wrong(key, $"'{text}' is not an IP address; needed is {what}");
    }

    public bool Boolean(string key, bool missing) => Optional(key) switch
    {
        null => missing,
        "true" or "yes" => true,
        "false" or "no" => false,
        { } text => throw Wrong(key, $"'{text}' is neither true nor false"),
    };

    /// <summary>One of an enumeration's names in lower case.</summary>
    public T Choice<T>(string key, T missing)
        where T : struct, Enum
    {
        if (Optional(key) is not { } text)
            return missing;
        foreach (T value in Enum.GetValues<T>())
        {
            if (text.Equals(value.ToString(), StringComparison.OrdinalIgnoreCase))
                return value;
        }
        throw Wrong(key, $"'{text}' is not one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
    }

    public YamlSection Section(string key, string what) => OptionalSection(key) ?? throw Missing(key, what);

    public YamlSection? OptionalSection(string key) => Find(key) switch
    {
        null => null,
        YamlMappingNode mapping => new YamlSection(mapping, _file, Path(key)),
        _ => throw Wrong(key, "must be a mapping (indented keys below it)"),
    };

    public IReadOnlyList<YamlSection> Sections(string key)
    {
        if (Find(key) is not { } node)
            return [];
        if (node is not YamlSequenceNode sequence)
            throw Wrong(key, "must be a list (lines that start with '- ')");
        return [.. sequence.Select((entry, index) => entry is YamlMappingNode mapping
            ? new YamlSection(mapping, _file, $"{Path(key)}[{index}]")
            : throw Wrong(key, $"entry {index} must be a mapping"))];
    }

    /// <summary>A list of single values; null when the key is not there.</summary>
    public IReadOnlyList<string>? Values(string key) => Find(key) switch
    {
        null => null,
        YamlSequenceNode sequence => [.. sequence.Select((entry, index) => entry is YamlScalarNode { Value: { Length: > 0 } value }
            ? value
            : throw Wrong(key, $"entry {index} must be a single value that is not empty"))],
        _ => throw Wrong(key, "must be a list ('[a, b]', or lines that start with '- ')"),
    };

    /// <summary>A single value or mapping, or a list of them; of each entry one of the two is there.</summary>
    public IReadOnlyList<(string? Text, YamlSection? Section)> OneOrMore(string key)
    {
        if (Find(key) is not { } node)
            return [];
        return [.. (node as YamlSequenceNode ?? new YamlSequenceNode(node)).Select((entry, index) => entry switch
        {
            YamlScalarNode { Value: { Length: > 0 } text } => (text, (YamlSection?)null),
            YamlMappingNode mapping => ((string?)null, new YamlSection(mapping, _file, $"{Path(key)}[{index}]")),
            _ => throw Wrong(key, "must be a single value that is not empty, or a list of such"),
        })];
    }

    /// <summary>Refuses keys that no call above asked for: a typing error would otherwise pass as "not set".</summary>
    public void RefuseUnknown()
    {
        foreach (YamlNode node in _mapping.Children.Keys)
        {
            string key = (node as YamlScalarNode)?.Value ?? node.ToString();
            if (!_known.Contains(key))
                throw new ConfigurationException($"{_file}:{node.Start.Line}: {Path(key)} is not a known key; known here: {string.Join(", ", _known)}.");
        }
    }

    public ConfigurationException Wrong(string key, string reason) =>
        new($"{_file}:{Find(key)?.Start.Line ?? _mapping.Start.Line}: {Path(key)} {reason}.");

    private ConfigurationException Missing(string key, string what) =>
        new($"{_file}:{_mapping.Start.Line}: {Path(key)} is missing; add it: {what}.");

    private string Path(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    private YamlNode? Find(string key)
    {
        _known.Add(key);
        return _mapping.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? node) ? node : null;
    }
}
