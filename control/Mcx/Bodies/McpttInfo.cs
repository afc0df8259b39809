using System.Xml.Linq;

namespace MediaEngine.Mcx;

/// <summary>The mcptt-info body (TS 24.379 F.1), the elements that the procedures here read and write.</summary>
public sealed record McpttInfo
{
    private static readonly XNamespace Namespace = "urn:3gpp:ns:mcpttInfo:1.0";

    /// <summary><c>prearranged</c>, <c>chat</c>, …</summary>
    public string? SessionType { get; init; }

    /// <summary>The group or user the request is for.</summary>
    public string? RequestUri { get; init; }

    public string? CallingUserId { get; init; }

    public string? CallingGroupId { get; init; }

    public bool? EmergencyIndication { get; init; }

    public bool? ImminentPerilIndication { get; init; }

    /// <summary>A plain <c>xs:boolean</c>, unlike the other indications.</summary>
    public bool? BroadcastIndication { get; init; }

    public string? AssociatedGroupId { get; init; }

    /// <summary>The MCPTT client identity, <c>urn:uuid:…</c>.</summary>
    public string? ClientId { get; init; }

    /// <summary>Unknown elements and namespace prefixes are ignored; a wrong root is not an mcptt-info.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> body, out McpttInfo info, out string reason)
    {
        info = new McpttInfo();
        if (!SafeXml.TryParse(body, out XElement root, out reason))
            return false;
        if (root.Name.LocalName != "mcpttinfo" || SafeXml.Child(root, "mcptt-Params") is not { } parameters)
        {
            reason = $"root <{root.Name.LocalName}> is not <mcpttinfo> with <mcptt-Params>";
            return false;
        }
        info = new McpttInfo
        {
            SessionType = Text(parameters, "session-type"),
            RequestUri = Text(parameters, "mcptt-request-uri"),
            CallingUserId = Text(parameters, "mcptt-calling-user-id"),
            CallingGroupId = Text(parameters, "mcptt-calling-group-id"),
            EmergencyIndication = Boolean(parameters, "emergency-ind"),
            ImminentPerilIndication = Boolean(parameters, "imminentperil-ind"),
            BroadcastIndication = Boolean(parameters, "broadcast-ind"),
            AssociatedGroupId = Text(parameters, "associated-group-id"),
            ClientId = Text(parameters, "mcptt-client-id"),
        };
        return true;
    }

    /// <summary>The body, elements in the order of the schema.</summary>
    public byte[] Serialise()
    {
        var parameters = new XElement(Namespace + "mcptt-Params");
        Add(parameters, "session-type", SessionType);
        AddContent(parameters, "mcptt-request-uri", "mcpttURI", RequestUri);
        AddContent(parameters, "mcptt-calling-user-id", "mcpttURI", CallingUserId);
        AddContent(parameters, "mcptt-calling-group-id", "mcpttURI", CallingGroupId);
        AddContent(parameters, "emergency-ind", "mcpttBoolean", Text(EmergencyIndication));
        AddContent(parameters, "imminentperil-ind", "mcpttBoolean", Text(ImminentPerilIndication));
        Add(parameters, "broadcast-ind", Text(BroadcastIndication));
        AddContent(parameters, "associated-group-id", "mcpttURI", AssociatedGroupId);
        AddContent(parameters, "mcptt-client-id", "mcpttString", ClientId);
        return SafeXml.Serialise(new XElement(Namespace + "mcpttinfo", parameters));
    }

    private static string? Text(XElement parameters, string name)
    {
        string? text = SafeXml.Child(parameters, name)?.Value.Trim();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    private static string? Text(bool? value) => value is { } flag ? (flag ? "true" : "false") : null;

    private static bool? Boolean(XElement parameters, string name) => Text(parameters, name) switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => null,
    };

    private static void Add(XElement parameters, string name, string? value)
    {
        if (value is not null)
            parameters.Add(new XElement(Namespace + name, value));
    }

    private static void AddContent(XElement parameters, string name, string inner, string? value)
    {
        if (value is not null)
            parameters.Add(new XElement(Namespace + name, new XAttribute("type", "Normal"), new XElement(Namespace + inner, value)));
    }
}
