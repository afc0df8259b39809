using System.Xml.Linq;

namespace MediaEngine.Mcx;

/// <summary>
/// The presence document that tells affiliations (TS 24.379 9.3.1): of a user, one tuple for each client; of a group, one tuple for
/// each user.
/// </summary>
public sealed record AffiliationState
{
    public const string Affiliated = "affiliated";

    /// <summary>Entries of a document that is read.</summary>
    public const int MaxEntries = 10_000;

    private static readonly XNamespace Pidf = "urn:ietf:params:xml:ns:pidf";
    private static readonly XNamespace Mcptt = "urn:3gpp:ns:mcpttPresInfo:1.0";

    /// <summary>The MCPTT ID or the group the document is about.</summary>
    public required string Entity { get; init; }

    public IReadOnlyList<AffiliationTuple> Tuples { get; init; } = [];

    /// <summary>That of the publication whose result it tells.</summary>
    public string? PublishId { get; init; }

    public static bool TryParse(ReadOnlyMemory<byte> body, out AffiliationState state, out string reason)
    {
        state = null!;
        if (!SafeXml.TryParse(body, out XElement root, out reason))
            return false;
        if (root.Name.LocalName != "presence" || root.Attribute("entity")?.Value.Trim() is not { Length: > 0 } entity)
        {
            reason = "not a <presence entity=…> document";
            return false;
        }
        AffiliationTuple[] tuples =
        [
            .. root.Elements().Where(element => element.Name.LocalName == "tuple").Select(tuple => new AffiliationTuple(
                tuple.Attribute("id")?.Value.Trim() ?? string.Empty,
                [
                    .. tuple.Descendants().Where(element => element.Name.LocalName == "affiliation").Select(entry => new AffiliationEntry(
                        Text(entry, "group"), Text(entry, "client"), Text(entry, "status") ?? Affiliated)),
                ])),
        ];
        if (tuples.Any(tuple => tuple.Id.Length == 0) || tuples.Sum(tuple => tuple.Entries.Count) > MaxEntries)
        {
            reason = $"a <tuple> without id, or more than {MaxEntries} affiliations";
            return false;
        }
        state = new AffiliationState { Entity = entity, Tuples = tuples, PublishId = SafeXml.TextOf(root, "p-id") };
        return true;
    }

    public byte[] Serialise()
    {
        var root = new XElement(Pidf + "presence",
            new XAttribute(XNamespace.Xmlns + "mcpttPI10", Mcptt.NamespaceName),
            new XAttribute("entity", Entity),
            Tuples.Select(tuple => new XElement(Pidf + "tuple",
                new XAttribute("id", tuple.Id),
                new XElement(Pidf + "status", tuple.Entries.Select(entry => new XElement(Mcptt + "affiliation",
                    Attribute("group", entry.Group), Attribute("client", entry.Client), Attribute("status", entry.Status)))))));
        if (PublishId is not null)
            root.Add(new XElement(Mcptt + "p-id", PublishId));
        return SafeXml.Serialise(root);
    }

    private static XAttribute? Attribute(string name, string? value) => value is null ? null : new XAttribute(name, value);

    private static string? Text(XElement element, string name) => element.Attribute(name)?.Value.Trim() is { Length: > 0 } text ? text : null;
}
