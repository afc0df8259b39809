using System.Xml.Linq;

namespace MediaEngine.Mcx;

/// <summary>
/// The presence document of affiliation (TS 24.379 9.3.1): which groups one client wants (PUBLISH) or has (NOTIFY).
/// </summary>
public sealed record AffiliationDocument
{
    public const int MaxGroups = 1000;

    private static readonly XNamespace Pidf = "urn:ietf:params:xml:ns:pidf";
    private static readonly XNamespace Mcptt = "urn:3gpp:ns:mcpttPresInfo:1.0";

    /// <summary>The MCPTT ID the document is about.</summary>
    public required string Entity { get; init; }

    /// <summary>The MCPTT client identity, the tuple's id.</summary>
    public required string ClientId { get; init; }

    /// <summary>Group identities; the published set replaces the client's previous one.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Echoed in the notification that reports the result.</summary>
    public string? PublishId { get; init; }

    public static bool TryParse(ReadOnlyMemory<byte> body, out AffiliationDocument document, out string reason)
    {
        document = null!;
        if (!SafeXml.TryParse(body, out XElement root, out reason))
            return false;
        string? entity = root.Attribute("entity")?.Value.Trim();
        XElement[] tuples = [.. root.Elements().Where(element => element.Name.LocalName == "tuple")];
        if (root.Name.LocalName != "presence" || string.IsNullOrEmpty(entity) || tuples.Length != 1
            || tuples[0].Attribute("id")?.Value.Trim() is not { Length: > 0 } clientId)
        {
            reason = "not a <presence entity=…> document with exactly one <tuple id=…>";
            return false;
        }
        string[] groups = [.. tuples[0].Descendants()
            .Where(element => element.Name.LocalName == "affiliation")
            .Select(element => element.Attribute("group")?.Value.Trim() ?? string.Empty)];
        if (groups.Length > MaxGroups || groups.Any(string.IsNullOrEmpty))
        {
            reason = $"an <affiliation> without group, or more than {MaxGroups} of them";
            return false;
        }
        document = new AffiliationDocument
        {
            Entity = entity,
            ClientId = clientId,
            Groups = groups,
            PublishId = SafeXml.TextOf(root, "p-id"),
        };
        return true;
    }

    public byte[] Serialise()
    {
        var status = new XElement(Pidf + "status",
            Groups.Select(group => new XElement(Mcptt + "affiliation", new XAttribute("group", group))));
        var root = new XElement(Pidf + "presence",
            new XAttribute(XNamespace.Xmlns + "mcpttPI10", Mcptt.NamespaceName),
            new XAttribute("entity", Entity),
            new XElement(Pidf + "tuple", new XAttribute("id", ClientId), status));
        if (PublishId is not null)
            root.Add(new XElement(Mcptt + "p-id", PublishId));
        return SafeXml.Serialise(root);
    }
}
