using MediaEngine.Mcx;

namespace MediaEngine.Simulation.Tests;

/// <summary>
/// A regroup has as members exactly the clients that are affiliated to one of its constituents and hold the preconfigured
/// group's key (TS 23.280 10.15.3.2.1, 10.15.3.4.1), and a group is in one regroup at most.
/// </summary>
internal static class MembershipChecker
{
    public static void Check(McSystem system)
    {
        var constituents = new HashSet<string>();
        foreach (PreconfiguredRegroup regroup in system.Regroups)
        {
            if (!regroup.Groups.All(constituents.Add))
                throw new SimulationException($"a constituent of {regroup.Id} is in another regroup too");
            string[] expected = [.. system.Affiliations
                .Where(affiliation => affiliation.Groups.Intersect(regroup.Groups).Any())
                .Where(affiliation => SimOrganisation.IsMemberOf(regroup.PreconfiguredGroup, NameOf(affiliation.McpttId)))
                .Select(affiliation => affiliation.McpttId)
                .Order()];
            string[] members = [.. regroup.Members.Select(member => member.McpttId).Order()];
            if (!expected.SequenceEqual(members))
                throw new SimulationException($"members of {regroup.Id} are [{string.Join(' ', members)}], affiliated are [{string.Join(' ', expected)}]");
        }
        foreach (Affiliation affiliation in system.Affiliations)
        {
            if (!system.Registrations.Any(registration => registration.Id == affiliation.Id))
                throw new SimulationException($"{affiliation.McpttId} is affiliated and not registered");
        }
    }

    private static string NameOf(string mcpttId) => mcpttId["sip:".Length..mcpttId.IndexOf('@')];
}
