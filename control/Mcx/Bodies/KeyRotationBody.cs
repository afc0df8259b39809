using System.Xml.Linq;

namespace MediaEngine.Mcx;

/// <summary>A request to the GMS for a new GMK of a group; this server's own, as no specification has one.</summary>
/// <param name="Group">The group's identity.</param>
public sealed record KeyRotationBody(string Group)
{
    private static readonly XNamespace Namespace = "urn:mediaengine:key-rotation:1";

    /// <summary>False, with a reason fit for a log line, when it is not such a body or names no group.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> body, out KeyRotationBody rotation, out string reason)
    {
        rotation = null!;
        if (!SafeXml.TryParse(body, out XElement root, out reason))
            return false;
        if (root.Name != Namespace + "key-rotation")
        {
            reason = $"root <{root.Name.LocalName}> is not <key-rotation> of {Namespace}";
            return false;
        }
        if (McIdentity.Normalise(root.Attribute("group")?.Value.Trim()) is not { } group)
        {
            reason = "the attribute group of <key-rotation> does not name a group";
            return false;
        }
        rotation = new KeyRotationBody(group);
        return true;
    }

    public byte[] Serialise() => SafeXml.Serialise(new XElement(Namespace + "key-rotation", new XAttribute("group", Group)));
}
