using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace MediaEngine.Keys;

/// <summary>
/// The XML of the KMS interface: no document type, no entities, nothing external, bounded. An element counts when its
/// namespace is its parent's, whichever that is: implementations before Rel-14 used others, and extensions have their own.
/// </summary>
public static class KmsXml
{
    public const string NamespaceName = "urn:3gpp:ns:mcsecKMSInterface:1.0";
    public const int MaxDocument_bytes = 8 << 20;

    internal const string MessageVersion = "1.0.0";
    internal const string ItemVersion = "1.1.0";

    internal static readonly XNamespace Namespace = NamespaceName;
    internal static readonly XNamespace SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

    private const int MaxText_chars = 4096;

    // Ours need 7. Building a tree costs the square of its depth.
    private const int MaxDepth = 32;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxDocument_bytes,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    internal static KmsDocumentOutcome TryParse(ReadOnlyMemory<byte> document, out XElement root)
    {
        root = null!;
        if (document.Length is 0 or > MaxDocument_bytes)
            return KmsDocumentOutcome.WrongLength;
        try
        {
            byte[] octets = document.ToArray();
            using (var scan = XmlReader.Create(new MemoryStream(octets, writable: false), Settings))
            {
                while (scan.Read())
                {
                    if (scan.Depth > MaxDepth)
                        return KmsDocumentOutcome.TooDeep;
                }
            }
            using var reader = XmlReader.Create(new MemoryStream(octets, writable: false), Settings);
            root = XElement.Load(reader);
            return KmsDocumentOutcome.Ok;
        }
        // The framework's reader has no way to say "malformed" without throwing.
        catch (XmlException)
        {
            return KmsDocumentOutcome.NotXml;
        }
    }

    /// <summary>UTF-8 with an XML declaration, indented: people read these documents too.</summary>
    internal static byte[] Write(XElement root)
    {
        var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new System.Text.UTF8Encoding(false), NewLineChars = "\n" }))
            root.WriteTo(writer);
        return stream.ToArray();
    }

    internal static XElement? Child(XElement parent, string name) => parent.Element(parent.Name.Namespace + name);

    internal static IEnumerable<XElement> Children(XElement parent, string name) => parent.Elements(parent.Name.Namespace + name);

    /// <summary>The trimmed text of a child; null when it is not there, is empty or is longer than anything here is.</summary>
    internal static string? Text(XElement parent, string name) =>
        Child(parent, name)?.Value.Trim() is { Length: > 0 and <= MaxText_chars } text ? text : null;

    /// <summary>Ok with null when it is not there.</summary>
    internal static KmsDocumentOutcome TryUri(XElement parent, string name, out string? uri)
    {
        uri = Text(parent, name);
        if (Child(parent, name) is null)
            return KmsDocumentOutcome.Ok;
        return uri is { Length: <= UserKeySet.MaxUri_bytes } && !uri.Any(char.IsControl) ? KmsDocumentOutcome.Ok : KmsDocumentOutcome.BadValue;
    }

    internal static KmsDocumentOutcome TryNumber(XElement parent, string name, long maximum, out long number)
    {
        number = 0;
        if (Child(parent, name) is null)
            return KmsDocumentOutcome.MissingElement;
        return long.TryParse(Text(parent, name), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= maximum
            ? KmsDocumentOutcome.Ok
            : KmsDocumentOutcome.BadValue;
    }

    /// <summary>Ok with null when it is not there. A time without a zone is UTC, as in the examples of D.3.4.</summary>
    internal static KmsDocumentOutcome TryTime(XElement parent, string name, out DateTimeOffset? time)
    {
        time = null;
        if (Child(parent, name) is null)
            return KmsDocumentOutcome.Ok;
        if (!DateTimeOffset.TryParse(
            Text(parent, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset read))
            return KmsDocumentOutcome.BadValue;
        time = read;
        return KmsDocumentOutcome.Ok;
    }

    /// <summary>Ok with false when it is not there.</summary>
    internal static KmsDocumentOutcome TryFlag(XElement parent, string name, out bool flag)
    {
        flag = false;
        if (Child(parent, name) is null)
            return KmsDocumentOutcome.Ok;
        string? text = Text(parent, name);
        flag = text is "true" or "1";
        return flag || text is "false" or "0" ? KmsDocumentOutcome.Ok : KmsDocumentOutcome.BadValue;
    }

    /// <summary>hexBinary, with or without line breaks.</summary>
    internal static KmsDocumentOutcome TryOctets(XElement parent, string name, out byte[] octets)
    {
        octets = [];
        if (Child(parent, name) is not { } element)
            return KmsDocumentOutcome.MissingElement;
        if (element.HasElements || (string?)element.Attribute(SchemaInstance + "type") is { } type && type.EndsWith("EncKeyContentType", StringComparison.Ordinal))
            return KmsDocumentOutcome.EncryptedKeys;
        return TryHex(element.Value, out octets) ? KmsDocumentOutcome.Ok : KmsDocumentOutcome.BadValue;
    }

    internal static bool TryHex(string text, out byte[] octets)
    {
        octets = [];
        if (text.Length > MaxText_chars)
            return false;
        string digits = string.Concat(text.Where(digit => !char.IsWhiteSpace(digit)));
        if (digits.Length == 0 || digits.Length % 2 != 0 || !digits.All(char.IsAsciiHexDigit))
            return false;
        octets = Convert.FromHexString(digits);
        return true;
    }

    internal static XElement Element(string name, string value) => new(Namespace + name, value);

    internal static XElement? Optional(string name, string? value) => value is null ? null : Element(name, value);

    internal static XElement? Optional(string name, DateTimeOffset? time) => time is null ? null : Element(name, Time(time.Value));

    /// <summary>UTC, to the second.</summary>
    internal static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
