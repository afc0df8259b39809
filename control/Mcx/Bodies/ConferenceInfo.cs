using System.Globalization;
using System.Xml.Linq;

namespace MediaEngine.Mcx;

/// <summary>
/// The conference document (RFC 4575), the parts that tell a group call's roster: complete, or the users that came, changed or went.
/// </summary>
public sealed record ConferenceInfo
{
    /// <summary>Users of a document that is read.</summary>
    public const int MaxUsers = 5_000;

    private const string Full = "full";
    private const string Partial = "partial";
    private const string Deleted = "deleted";

    private static readonly XNamespace Namespace = "urn:ietf:params:xml:ns:conference-info";

    /// <summary>The conference: the MCPTT session identity.</summary>
    public required string Entity { get; init; }

    /// <summary>One more in each document of a subscription (RFC 4575 4.6).</summary>
    public required uint Version { get; init; }

    public bool IsPartial { get; init; }

    /// <summary>What the call is about: the group. Null in a partial document.</summary>
    public string? Subject { get; init; }

    /// <summary>Users in the call.</summary>
    public int UserCount { get; init; }

    public IReadOnlyList<ConferenceUser> Users { get; init; } = [];

    public static bool TryParse(ReadOnlyMemory<byte> body, out ConferenceInfo info, out string reason)
    {
        info = null!;
        if (!SafeXml.TryParse(body, out XElement root, out reason))
            return false;
        string? state = StateOf(root);
        if (root.Name.LocalName != "conference-info" || Text(root, "entity") is not { } entity || state is not (Full or Partial)
            || !uint.TryParse(Text(root, "version") ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out uint version))
        {
            reason = "not a <conference-info entity=… state=… version=…> document";
            return false;
        }
        XElement[] users = SafeXml.Child(root, "users") is { } list ? [.. list.Elements().Where(element => element.Name.LocalName == "user")] : [];
        if (users.Length > MaxUsers || users.Any(user => Text(user, "entity") is null))
        {
            reason = $"a <user> without entity, or more than {MaxUsers} of them";
            return false;
        }
        info = new ConferenceInfo
        {
            Entity = entity,
            Version = version,
            IsPartial = state == Partial,
            Subject = SafeXml.Child(root, "conference-description") is { } description ? SafeXml.TextOf(description, "subject") : null,
            UserCount = int.TryParse(SafeXml.TextOf(root, "user-count"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 0,
            Users = [.. users.Select(user => new ConferenceUser(Text(user, "entity")!, StateOf(user) == Deleted ? [] : EndpointsOf(user)))],
        };
        return true;
    }

    public byte[] Serialise()
    {
        var root = new XElement(Namespace + "conference-info",
            new XAttribute("entity", Entity),
            new XAttribute("state", IsPartial ? Partial : Full),
            new XAttribute("version", Version));
        if (Subject is not null)
            root.Add(new XElement(Namespace + "conference-description", new XElement(Namespace + "subject", Subject)));
        root.Add(new XElement(Namespace + "conference-state", new XElement(Namespace + "user-count", UserCount)));
        if (!IsPartial || Users.Count > 0)
        {
            root.Add(new XElement(Namespace + "users",
                new XAttribute("state", IsPartial ? Partial : Full), Users.Select(user => new XElement(Namespace + "user",
                    new XAttribute("entity", user.Entity),
                    new XAttribute("state", user.IsGone ? Deleted : Full),
                    user.Endpoints.Select(endpoint => new XElement(Namespace + "endpoint",
                        new XAttribute("entity", endpoint), new XElement(Namespace + "status", "connected")))))));
        }
        return SafeXml.Serialise(root);
    }

    // Who is listed without endpoints is there all the same.
    private static string[] EndpointsOf(XElement user)
    {
        string[] endpoints = [.. user.Elements().Where(element => element.Name.LocalName == "endpoint").Select(endpoint => Text(endpoint, "entity") ?? string.Empty)];
        return endpoints.Length == 0 ? [string.Empty] : endpoints;
    }

    /// <summary>Full when not said (RFC 4575 5.1).</summary>
    private static string? StateOf(XElement element) => Text(element, "state") ?? Full;

    private static string? Text(XElement element, string attribute) => element.Attribute(attribute)?.Value.Trim() is { Length: > 0 } text ? text : null;
}
