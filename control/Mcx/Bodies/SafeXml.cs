using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace MediaEngine.Mcx;

/// <summary>
/// The one way XML enters the MC system: no DTD, no entities, nothing external, bounded in size, depth and elements.
/// </summary>
public static class SafeXml
{
    public const int MaxDocument_bytes = 256 * 1024;
    public const int MaxDepth = 16;
    public const int MaxElements = 20_000;

    /// <summary>Of one element: finding whether one is there twice takes time that grows with the square of their number.</summary>
    public const int MaxAttributes = 64;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxDocument_bytes,
        MaxCharactersFromEntities = 1024,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    };

    /// <summary>Reads a document. False, with a reason fit for a log line, when it is not well-formed or not allowed.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> document, out XElement root, out string reason)
    {
        root = null!;
        if (document.Length is 0 or > MaxDocument_bytes)
        {
            reason = $"an XML body of {document.Length} octets (1 to {MaxDocument_bytes} are allowed)";
            return false;
        }
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(document.ToArray(), writable: false), Settings);
            return TryBuild(reader, out root, out reason);
        }
        // The framework's reader has no way to say "malformed" without throwing.
        catch (XmlException exception)
        {
            reason = exception.Message;
            return false;
        }
    }

    /// <summary>The trimmed text of the first descendant with this local name, whatever its namespace prefix.</summary>
    public static string? TextOf(XElement parent, string localName)
    {
        string? text = parent.Descendants().FirstOrDefault(element => element.Name.LocalName == localName)?.Value.Trim();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>The first child with this local name, whatever its namespace.</summary>
    public static XElement? Child(XElement parent, string localName) =>
        parent.Elements().FirstOrDefault(element => element.Name.LocalName == localName);

    /// <summary>UTF-8 with an XML declaration and without indentation.</summary>
    public static byte[] Serialise(XElement root) =>
        Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{root.ToString(SaveOptions.DisableFormatting)}");

    private static bool TryBuild(XmlReader reader, out XElement root, out string reason)
    {
        root = null!;
        XElement? current = null;
        int elements = 0;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (reader.Depth >= MaxDepth || ++elements > MaxElements)
                    {
                        reason = $"XML nested deeper than {MaxDepth} or with more than {MaxElements} elements";
                        return false;
                    }
                    if (reader.AttributeCount > MaxAttributes)
                    {
                        reason = $"an XML element with more than {MaxAttributes} attributes";
                        return false;
                    }
                    bool empty = reader.IsEmptyElement;
                    var element = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
                    while (reader.MoveToNextAttribute())
                    {
                        // Elements carry their namespace already; a declaration is not data.
                        if (reader.NamespaceURI != XNamespace.Xmlns.NamespaceName)
                            element.SetAttributeValue(XName.Get(reader.LocalName, reader.NamespaceURI), reader.Value);
                    }
                    if (current is null)
                        root = element;
                    else
                        current.Add(element);
                    if (!empty)
                        current = element;
                    break;
                case XmlNodeType.EndElement:
                    current = current?.Parent;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                    current?.Add(reader.Value);
                    break;
            }
        }
        reason = root is null ? "an XML body without an element" : string.Empty;
        return root is not null;
    }
}
