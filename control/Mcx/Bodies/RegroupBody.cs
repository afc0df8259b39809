using System.Xml.Linq;

namespace MediaEngine.Mcx;

public enum RegroupAction
{
    Create,
    Remove,
}

/// <summary>The regroup body (TS 24.379 F.7): a regroup using a preconfigured group is created or removed.</summary>
public sealed record RegroupBody
{
    /// <summary>The most entries a list of groups or users may have.</summary>
    public const int MaxListEntries = 3000;

    // The schema's inner element names could not be confirmed; a correction is a change of these three lines.
    private const string InnerRegroupUri = "mcptt-regroup-uri";
    private const string InnerGroup = "group";
    private const string InnerUser = "user";

    private static readonly XNamespace Namespace = "urn:3gpp:ns:preconfiguredRegroup:1.0";

    public required RegroupAction Action { get; init; }

    /// <summary>The group whose configuration and keys are borrowed; may be absent on removal.</summary>
    public string? PreconfiguredGroup { get; init; }

    /// <summary>The identity of the regroup group (a temporary group identity).</summary>
    public required string RegroupUri { get; init; }

    /// <summary>Groups to regroup; empty in a user regroup or a removal.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Users to regroup; empty in a group regroup or a removal.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>
    /// Reads the body. Containers are read name-tolerantly: the trimmed text of every leaf in them counts.
    /// <see cref="RegroupBodyOutcome.NotXml"/> and <see cref="RegroupBodyOutcome.WrongContent"/> come with a reason.
    /// </summary>
    public static RegroupBodyOutcome TryParse(ReadOnlyMemory<byte> body, out RegroupBody regroup, out string reason)
    {
        regroup = null!;
        if (!SafeXml.TryParse(body, out XElement root, out reason))
            return RegroupBodyOutcome.NotXml;
        if (root.Name.LocalName != "mcpttregroup" || SafeXml.Child(root, "mcpttregroup-Params") is not { } parameters)
            return Wrong($"root <{root.Name.LocalName}> is not <mcpttregroup> with <mcpttregroup-Params>", out reason);
        RegroupAction? action = SafeXml.Child(parameters, "regroup-action")?.Value.Trim() switch
        {
            "create" => RegroupAction.Create,
            "remove" => RegroupAction.Remove,
            _ => null,
        };
        if (action is null)
            return Wrong("<regroup-action> is neither create nor remove", out reason);
        List<string> regroupUri = Leaves(parameters, "mcptt-regroup-uri");
        List<string> preconfigured = Leaves(parameters, "preconfig-group-id");
        List<string> groups = Leaves(parameters, "groups-for-regroup");
        List<string> users = Leaves(parameters, "users-for-regroup");
        if (regroupUri.Count != 1)
            return Wrong("<mcptt-regroup-uri> must name exactly one group", out reason);
        if (preconfigured.Count > 1 || (action == RegroupAction.Create && preconfigured.Count == 0))
            return Wrong("<preconfig-group-id> must name exactly one group", out reason);
        if (groups.Count > MaxListEntries || users.Count > MaxListEntries)
            return Wrong($"more than {MaxListEntries} entries in a list", out reason);
        if (action == RegroupAction.Create && (groups.Count == 0) == (users.Count == 0))
            return Wrong("exactly one of <groups-for-regroup> and <users-for-regroup> must be present and not empty", out reason);
        regroup = new RegroupBody
        {
            Action = action.Value,
            PreconfiguredGroup = preconfigured.FirstOrDefault(),
            RegroupUri = regroupUri[0],
            Groups = groups,
            Users = users,
        };
        return RegroupBodyOutcome.Ok;
    }

    /// <summary>The body, elements in the order of the schema.</summary>
    public byte[] Serialise()
    {
        var parameters = new XElement(Namespace + "mcpttregroup-Params",
            new XElement(Namespace + "preconfig-group-id",
                PreconfiguredGroup is null ? null : new XElement(Namespace + "preconfigured-group", PreconfiguredGroup)),
            new XElement(Namespace + "mcptt-regroup-uri", new XElement(Namespace + InnerRegroupUri, RegroupUri)));
        if (Groups.Count > 0)
            parameters.Add(new XElement(Namespace + "groups-for-regroup", Groups.Select(group => new XElement(Namespace + InnerGroup, group))));
        if (Users.Count > 0)
            parameters.Add(new XElement(Namespace + "users-for-regroup", Users.Select(user => new XElement(Namespace + InnerUser, user))));
        parameters.Add(new XElement(Namespace + "regroup-action", Action == RegroupAction.Create ? "create" : "remove"));
        return SafeXml.Serialise(new XElement(Namespace + "mcpttregroup", parameters));
    }

    private static RegroupBodyOutcome Wrong(string why, out string reason)
    {
        reason = why;
        return RegroupBodyOutcome.WrongContent;
    }

    private static List<string> Leaves(XElement parameters, string container)
    {
        if (SafeXml.Child(parameters, container) is not { } parent)
            return [];
        return [.. parent.DescendantsAndSelf()
            .Where(element => !element.HasElements)
            .Select(element => element.Attribute("uri")?.Value.Trim() ?? element.Value.Trim())
            .Where(text => text.Length > 0)];
    }
}
