using System.Text;

namespace MediaEngine.Sip;

/// <summary>The <c>Digest name=value, …</c> list of a challenge or of credentials (RFC 7616 3.3, 3.4).</summary>
internal sealed class DigestFields
{
    private const int MaxFields = 32;
    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);

    public string? this[string name] => _fields.GetValueOrDefault(name);

    /// <summary>False for another scheme, a repeated field, or anything that is no list of fields.</summary>
    public static bool TryParse(string text, out DigestFields fields)
    {
        fields = new DigestFields();
        if (!IsDigest(text))
            return false;
        var items = new List<string>();
        if (!SipSyntax.TrySplitList(text[7..], items) || items.Count is 0 or > MaxFields)
            return false;
        foreach (string item in items)
        {
            int equals = item.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                return false;
            string name = item[..equals].Trim(' ', '\t');
            string value = item[(equals + 1)..].Trim(' ', '\t');
            bool quoted = value.Length > 0 && value[0] == '"';
            if (!SipSyntax.IsToken(name) || (quoted && (value.Length < 2 || value[^1] != '"')) ||
                !fields._fields.TryAdd(name, SipSyntax.Unquote(value)))
                return false;
        }
        return true;
    }

    public static bool IsDigest(ReadOnlySpan<char> text) =>
        text.Length > 7 && text.StartsWith("Digest", StringComparison.OrdinalIgnoreCase) && SipSyntax.IsWhiteSpace(text[6]);

    /// <param name="text">Empty when there is none: MD5.</param>
    public static bool TryReadAlgorithm(ReadOnlySpan<char> text, out DigestAlgorithm algorithm)
    {
        algorithm = text.Equals("SHA-256", StringComparison.OrdinalIgnoreCase) ? DigestAlgorithm.Sha256 : DigestAlgorithm.Md5;
        return algorithm == DigestAlgorithm.Sha256 || text.Length == 0 || text.Equals("MD5", StringComparison.OrdinalIgnoreCase);
    }

    public static string NameOf(DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Sha256 ? "SHA-256" : "MD5";

    public static string Compose(params ReadOnlySpan<(string Name, string Value, bool Quoted)> fields)
    {
        var text = new StringBuilder("Digest ");
        foreach (var (name, value, quoted) in fields)
        {
            if (text.Length > 7)
                text.Append(", ");
            text.Append(name).Append('=').Append(quoted ? SipSyntax.Quote(value) : value);
        }
        return text.ToString();
    }
}
