using System.Text.Json;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary><c>mcx affiliations</c> and <c>mcx roster</c>.</summary>
public sealed class SubscriptionCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Affiliations_are_shown_once_and_followed()
    {
        await using var system = new SmallSystem();
        McxEndpoint bob = system.Endpoint("bob");
        await bob.RegisterAsync(Cancellation);
        await bob.AffiliateAsync([SmallSystem.Fire], Cancellation);

        using var once = new RunningCommand("affiliations", "--profile", system.ProfileFile("alice"), "--of", SmallSystem.IdOf("bob"));
        JsonElement result = await once.NextAsync("ok");
        Assert.Equal(SmallSystem.IdOf("bob"), result.GetProperty("entity").GetString());
        Assert.Equal([SmallSystem.Fire], result.GetProperty("affiliations").EnumerateArray().Select(entry => entry.GetProperty("group").GetString()));
        Assert.Equal(ToolExit.Ok, await once.Exit);

        using var watch = new RunningCommand("affiliations", "--profile", system.ProfileFile("alice"), "--of", SmallSystem.IdOf("bob"), "--watch", "--duration", "3");
        await watch.NextAsync("affiliations-notified", line => GroupsIn(line).SequenceEqual([SmallSystem.Fire]));
        await bob.AffiliateAsync([], Cancellation);
        await watch.NextAsync("affiliations-notified", line => !GroupsIn(line).Any());
        Assert.Equal("stopped", (await watch.NextAsync("ok")).GetProperty("end").GetString());
        Assert.Equal(ToolExit.Ok, await watch.Exit);
        await Eventually.IsTrueAsync(() => system.Server.InspectAsync(mcx => mcx.SubscriptionCount == 0));
    }

    [Fact]
    public async Task A_roster_is_shown_to_another_client_of_somebody_in_the_call_and_to_nobody_else()
    {
        await using var system = new SmallSystem();
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob");
        foreach (McxEndpoint endpoint in (McxEndpoint[])[alice, bob])
        {
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([SmallSystem.Fire], Cancellation);
        }
        McxCall call = await alice.CallAsync(SmallSystem.Fire, null, Cancellation);
        await system.HasLegsAsync(2);

        using var once = new RunningCommand("roster", "--profile", system.ProfileFile("bob"), "--group", SmallSystem.Fire);
        JsonElement result = await once.NextAsync("ok");
        Assert.Equal(2, result.GetProperty("count").GetInt32());
        Assert.Equal([SmallSystem.IdOf("alice"), SmallSystem.IdOf("bob")], result.GetProperty("users").EnumerateArray().Select(user => user.GetString()!).Order());

        using var refused = new RunningCommand("roster", "--profile", system.ProfileFile("carol"), "--group", SmallSystem.Fire);
        Assert.StartsWith("138 ", (await refused.NextAsync("error")).GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(ToolExit.Refused, await refused.Exit);

        using var watch = new RunningCommand("roster", "--profile", system.ProfileFile("bob"), "--group", SmallSystem.Fire, "--watch");
        await watch.NextAsync("roster-notified", line => line.GetProperty("count").GetInt32() == 2);
        await call.HangUpAsync();
        Assert.Equal("noresource", (await watch.NextAsync("subscription-ended")).GetProperty("reason").GetString());
        Assert.Equal(ToolExit.Ok, await watch.Exit);
        // bob's own client is still registered where it was.
        Assert.Equal(ToolExit.Ok, await once.Exit);
        Assert.Equal(2, (await system.Server.InspectAsync(mcx => mcx.Registrations.Count)));
    }

    private static IEnumerable<string?> GroupsIn(JsonElement notified) => notified.GetProperty("tuples").EnumerateArray()
        .SelectMany(tuple => tuple.GetProperty("entries").EnumerateArray()).Select(entry => entry.GetProperty("group").GetString());
}
