using System.Globalization;
using System.Text;

namespace MediaEngine.Bench.Load;

/// <summary>Organisation files of many users, and how a user's names follow from a number.</summary>
internal static class LoadOrganisation
{
    public const string Domain = "load.example";

    /// <summary>The regroup's constituent, with all members.</summary>
    public const string Constituent = $"sip:constituent@{Domain}";

    /// <summary>The preconfigured group of the regroup, with all members.</summary>
    public const string Preconfigured = $"sip:preconfigured@{Domain}";

    public static string User(int index) => string.Create(CultureInfo.InvariantCulture, $"u{index:d6}");

    public static string Password(int index) => $"secret-of-{User(index)}";

    public static string SipIdentity(int index) => $"sip:{User(index)}@{Domain}";

    public static string McpttId(int index) => $"sip:m{User(index)}@{Domain}";

    public static string Group(int index) => $"sip:g{index}@{Domain}";

    /// <summary>Users with plain SIP telephones, whose digest may be MD5; each is in one group.</summary>
    /// <param name="groupSize">0 = no groups.</param>
    public static string Telephones(int users, int groupSize)
    {
        var text = new StringBuilder("users:\n");
        for (int i = 0; i < users; i++)
            text.Append($"- {{mcptt-id: \"{McpttId(i)}\", sip-identity: \"{SipIdentity(i)}\", password: {Password(i)}, client: plain-sip, security: none}}\n");
        if (groupSize == 0)
            return text.ToString();
        text.Append("groups:\n");
        for (int group = 0; group < users / groupSize; group++)
        {
            AppendGroup(text, Group(group), group);
            text.Append("  release-when-initiator-leaves: true\n  floor: {t4-hang-timer: 3600}\n  members:\n");
            AppendMembers(text, group * groupSize, groupSize);
        }
        return text.ToString();
    }

    /// <summary>Users with MCPTT clients, all in two groups; the first may form regroups and is in neither.</summary>
    public static string Clients(int members)
    {
        var text = new StringBuilder("users:\n");
        for (int i = 0; i <= members; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"- {{mcptt-id: \"{McpttId(i)}\", sip-identity: \"{SipIdentity(i)}\", password: {Password(i)}, allow-regroup: {(i == 0 ? "true" : "false")}, csk: {Key(0x2000_0000 + i)}}}\n");
        }
        text.Append("groups:\n");
        AppendGroup(text, Constituent, 0);
        text.Append("  members:\n");
        AppendMembers(text, 1, members);
        AppendGroup(text, Preconfigured, 1);
        text.Append("  preconfigured-group-use-only: true\n  members:\n");
        AppendMembers(text, 1, members);
        return text.ToString();
    }

    private static void AppendGroup(StringBuilder text, string id, int index) => text.Append($"- id: \"{id}\"\n  gmk: {Key(0x0000_0100 + index)}\n");

    private static void AppendMembers(StringBuilder text, int first, int count)
    {
        for (int i = first; i < first + count; i++)
            text.Append($"  - mcptt-id: \"{McpttId(i)}\"\n");
    }

    // Nothing is protected by them.
    private static string Key(int id) =>
        string.Create(CultureInfo.InvariantCulture, $"{{id: \"{id:x8}\", key: \"{id:x32}\", rand: \"{id + 1:x32}\"}}");
}
