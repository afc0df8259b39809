using System.Globalization;
using System.Xml.Linq;

namespace MediaEngine.Mcx;

/// <summary>The MCPTT service settings of one client (TS 24.379 7.2.3): the poc-settings body, the parts that are used here.</summary>
public sealed record ServiceSettings
{
    private static readonly XNamespace Poc = "urn:oma:params:xml:ns:poc:poc-settings";
    private static readonly XNamespace Mcs = "urn:3gpp:mcsSettings:1.0";

    /// <summary>The client identity, the entity's id.</summary>
    public required string ClientId { get; init; }

    /// <summary><c>answer-mode</c> manual: its user wants to be asked before a call is answered.</summary>
    public bool AnswersManually { get; init; }

    /// <summary><c>selected-user-profile-index</c>.</summary>
    public int? UserProfileIndex { get; init; }

    public static bool TryParse(ReadOnlyMemory<byte> body, out ServiceSettings settings, out string reason)
    {
        settings = null!;
        if (!SafeXml.TryParse(body, out XElement root, out reason))
            return false;
        XElement[] entities = [.. root.Elements().Where(element => element.Name.LocalName == "entity")];
        if (root.Name.LocalName != "poc-settings" || entities.Length != 1 || entities[0].Attribute("id")?.Value.Trim() is not { Length: > 0 and <= 128 } clientId)
        {
            reason = "not a <poc-settings> document with exactly one <entity id=…>";
            return false;
        }
        string? mode = SafeXml.TextOf(entities[0], "answer-mode");
        string? index = SafeXml.TextOf(entities[0], "user-profile-index");
        if (mode is not (null or "automatic" or "manual") || !TryReadIndex(index, out int? number))
        {
            reason = "an answer-mode other than automatic and manual, or a user-profile-index that is no number";
            return false;
        }
        settings = new ServiceSettings { ClientId = clientId, AnswersManually = mode == "manual", UserProfileIndex = number };
        return true;
    }

    public byte[] Serialise() => Serialise([this]);

    /// <summary>The settings of several clients of a user in one document.</summary>
    public static byte[] Serialise(IEnumerable<ServiceSettings> clients) => SafeXml.Serialise(new XElement(Poc + "poc-settings",
        new XAttribute(XNamespace.Xmlns + "mcs10Set", Mcs.NamespaceName),
        clients.Select(client => new XElement(Poc + "entity",
            new XAttribute("id", client.ClientId),
            new XElement(Poc + "am-settings", new XElement(Poc + "answer-mode", client.AnswersManually ? "manual" : "automatic")),
            client.UserProfileIndex is { } index
                ? new XElement(Mcs + "selected-user-profile-index", new XElement(Mcs + "user-profile-index", index))
                : null))));

    private static bool TryReadIndex(string? text, out int? index)
    {
        bool good = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        index = good ? number : null;
        return good || text is null;
    }
}
