using System.Text.Json;

namespace MediaEngine.Interop.Tests;

/// <summary>SRTP master key with salt and MKI in hex, as <c>keys.json</c> has them for other programs.</summary>
internal sealed record PublishedKey(string MasterKeyAndSalt, string Mki);

internal sealed record PublishedKeys(IReadOnlyList<IReadOnlyDictionary<string, PublishedKey>> Groups, IReadOnlyDictionary<string, PublishedKey> ClientServer)
{
    /// <summary>By the user part of the MCPTT ID.</summary>
    public static PublishedKeys Read(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        JsonElement root = document.RootElement;
        return new PublishedKeys(
            [.. root.GetProperty("groupKeys").EnumerateArray().Select(group => ByUser(group.GetProperty("members")))],
            ByUser(root.GetProperty("clientServerKeys")));
    }

    /// <summary>The key a talker uses in the call: of the one group that has members of both regrouped groups.</summary>
    public PublishedKey MediaKeyOf(string talker) =>
        Assert.Single(Groups, group => group.ContainsKey("alice") && group.ContainsKey("carol"))[talker];

    private static Dictionary<string, PublishedKey> ByUser(JsonElement entries) => entries.EnumerateArray().ToDictionary(
        entry => Text(entry, "mcpttId")["sip:".Length..].Split('@')[0],
        entry => new PublishedKey(Text(entry, "masterKey") + Text(entry, "masterSalt"), Text(entry, "mki")));

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
}
