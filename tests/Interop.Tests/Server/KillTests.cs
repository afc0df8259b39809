using System.Runtime.CompilerServices;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Server;
using MediaEngine.Tool;
using Microsoft.Data.Sqlite;

namespace MediaEngine.Interop.Tests;

/// <summary>The server is killed without warning; what it had acknowledged must still be so.</summary>
[Collection("server")]
public sealed class KillTests(ITestOutputHelper output)
{
    private const string RegroupId = $"sip:regroup-1@{EmbeddedOrganisation.Domain}";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly string[] BothGroups = [EmbeddedOrganisation.FireGroup, EmbeddedOrganisation.AmbulanceGroup];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_regroup_survives_a_kill_right_after_its_200_and_returning_members_are_told()
    {
        await using var system = new DurableSystem();
        await system.StartAsync(Cancellation);
        var tap = new StatusTap();
        McxEndpoint dispatcher = system.Endpoint("dispatcher", tap);
        Dictionary<string, McxEndpoint> members = await RegisterAsync(system, dispatcher);

        await dispatcher.CreateRegroupAsync(RegroupId, EmbeddedOrganisation.PreconfiguredGroup, BothGroups, [], Cancellation);
        system.Process!.Kill();
        await system.StartAsync(Cancellation);
        Assert.Contains("5 registrations, 4 affiliations, 1 regroups in effect", system.Process.Output, StringComparison.Ordinal);

        tap.Take();
        await AssertFireIsRegroupedAsync(dispatcher);
        // A new connection has nobody behind it until its client answers a challenge.
        Assert.Equal([401, 403], tap.Take());
        foreach (McxEndpoint member in members.Values)
        {
            Task<RegroupNotified> told = member.ExpectAsync<RegroupNotified>(Soon);
            await member.RegisterAsync(Cancellation);
            RegroupNotified notice = await told;
            Assert.Equal((RegroupAction.Create, RegroupId), (notice.Action, notice.RegroupUri));
        }
        await AssertCallIsHeardAsync(members);
    }

    [Fact]
    public async Task Registrations_affiliations_and_the_regroup_serve_after_a_kill_without_registering_again()
    {
        await using var system = new DurableSystem();
        await system.StartAsync(Cancellation);
        var bobTap = new StatusTap();
        var aliceTap = new StatusTap();
        McxEndpoint dispatcher = system.Endpoint("dispatcher");
        Dictionary<string, McxEndpoint> members = await RegisterAsync(system, dispatcher, ("bob", bobTap), ("alice", aliceTap));
        Task[] notices = [.. members.Values.Select(member => member.ExpectAsync<RegroupNotified>(Soon))];
        await dispatcher.CreateRegroupAsync(RegroupId, EmbeddedOrganisation.PreconfiguredGroup, BothGroups, [], Cancellation);
        await Task.WhenAll(notices);

        system.Process!.Kill();
        await system.StartAsync(Cancellation);

        aliceTap.Take();
        // The connection is new: nobody stands behind it until alice answers a challenge.
        await members["alice"].AffiliateAsync([EmbeddedOrganisation.FireGroup], Cancellation);
        Assert.Equal([401, 200], aliceTap.Take());
        await AssertFireIsRegroupedAsync(dispatcher);
        await AssertCallIsHeardAsync(members, async () =>
        {
            bobTap.Take();
            await members["bob"].Calls.Single().HangUpAsync();
            // Over UDP from where he registered before the kill: served without a challenge.
            Assert.Equal([200], bobTap.Take());
        });
        await dispatcher.CancelRegroupAsync(RegroupId, Cancellation);
    }

    [Fact]
    public async Task Everything_acknowledged_during_a_storm_is_in_the_store_after_a_kill()
    {
        const int rounds = 5;
        await using var system = new DurableSystem();
        var random = new Random(20261121);
        int acknowledged = 0;
        for (int round = 0; round < rounds; round++)
        {
            await system.StartAsync(Cancellation);
            var storm = new Storm(round);
            McxEndpoint dispatcher = system.Endpoint("dispatcher");
            McxEndpoint alice = system.Endpoint("alice");
            McxEndpoint bob = system.Endpoint("bob");
            foreach (McxEndpoint endpoint in (McxEndpoint[])[dispatcher, alice, bob])
                await endpoint.RegisterAsync(Cancellation);

            Task[] lanes =
            [
                .. Enumerable.Range(0, 4).Select(lane => storm.RegroupAsync(dispatcher, lane)),
                storm.AffiliateAsync(alice),
                storm.AffiliateAsync(bob),
            ];
            await storm.WaitForAsync(random.Next(50, 400), Soon);
            system.Process!.Kill();
            storm.Stop();
            foreach (McxEndpoint endpoint in (McxEndpoint[])[dispatcher, alice, bob])
                await endpoint.DisposeAsync();
            await Task.WhenAll(lanes);

            Assert.Equal("ok", IntegrityOf(system.StorePath));
            using SqliteStore store = system.OpenStore();
            storm.Check(store.Load());
            acknowledged += storm.Acknowledged;
        }
        await system.StartAsync(Cancellation);
        output.WriteLine($"{rounds} kills, {acknowledged} acknowledged changes, none lost");
    }

    [Fact]
    public async Task No_nonce_of_floor_control_is_used_again_by_a_server_that_was_killed_in_a_call()
    {
        const int killed = 3;
        await using var system = new DurableSystem();
        var tap = new NonceTap();
        await system.StartAsync(Cancellation);
        for (int i = 0; i < killed; i++)
        {
            // Both on one tap, with the CSKs they had before.
            McxEndpoint[] endpoints = [system.Endpoint("alice", tap), system.Endpoint("bob", tap)];
            foreach (McxEndpoint endpoint in endpoints)
            {
                await endpoint.RegisterAsync(Cancellation);
                await endpoint.AffiliateAsync([EmbeddedOrganisation.FireGroup], Cancellation);
            }
            Task<BurstReceived> heard = endpoints[1].ExpectAsync<BurstReceived>(Soon);
            McxCall call = await endpoints[0].CallAsync(EmbeddedOrganisation.FireGroup, null, Cancellation);
            Assert.Equal(FloorAnswer.Granted, await call.TalkAsync(new short[1600], Cancellation));
            await heard;
            system.Process!.Kill();
            // The next process answers the BYEs of the calls it does not know.
            await system.StartAsync(Cancellation);
            foreach (McxEndpoint endpoint in endpoints)
                await endpoint.DisposeAsync();
        }

        (uint Mki, uint Ssrc, uint Index)[] nonces = tap.Nonces;
        // Each leg heard at least who talks, or that it was granted, and that the floor is idle again.
        Assert.Equal(2 * killed, nonces.GroupBy(nonce => (nonce.Mki, nonce.Ssrc)).Count(stream => stream.Count() >= 2));
        Assert.Equal(nonces.Length, nonces.Distinct().Count());
    }

    [Fact]
    public async Task A_second_server_on_the_same_store_says_so_and_ends_with_code_2()
    {
        await using var system = new DurableSystem();
        await system.StartAsync(Cancellation);
        McxEndpoint dispatcher = system.Endpoint("dispatcher");
        await dispatcher.RegisterAsync(Cancellation);

        using var second = new ServerProcess(system.RivalConfiguration());
        Assert.Equal(2, await second.WaitForExitAsync(Cancellation));

        Assert.Contains($"{system.StorePath}: the store cannot be opened", second.Output, StringComparison.Ordinal);
        Assert.Contains("no other server uses it", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
        // The first one is not disturbed, and its store still takes changes.
        await dispatcher.CreateRegroupAsync(RegroupId, EmbeddedOrganisation.PreconfiguredGroup, BothGroups, [], Cancellation);
    }

    private static async Task<Dictionary<string, McxEndpoint>> RegisterAsync(DurableSystem system, McxEndpoint dispatcher, params (string Name, StatusTap Tap)[] taps)
    {
        await dispatcher.RegisterAsync(Cancellation);
        var members = new Dictionary<string, McxEndpoint>();
        foreach (string name in DurableSystem.Members)
        {
            McxEndpoint member = members[name] = system.Endpoint(name, taps.FirstOrDefault(tap => tap.Name == name).Tap);
            await member.RegisterAsync(Cancellation);
            await member.AffiliateAsync([DurableSystem.GroupOf(name)], Cancellation);
        }
        return members;
    }

    private static async Task AssertFireIsRegroupedAsync(McxEndpoint dispatcher)
    {
        ServerRefusedException refused = await Assert.ThrowsAsync<ServerRefusedException>(() => dispatcher.CreateRegroupAsync(
            "sip:regroup-2@mcx.example", EmbeddedOrganisation.PreconfiguredGroup, [EmbeddedOrganisation.FireGroup], [], Cancellation));
        Assert.Equal(403, refused.Status);
        Assert.Equal(148, Assert.Single(refused.Warnings).McCode);
    }

    /// <summary>alice calls the regroup group and talks; everybody else hears each sample of it.</summary>
    private static async Task AssertCallIsHeardAsync(Dictionary<string, McxEndpoint> members, Func<Task>? lastInCall = null)
    {
        McxEndpoint[] listeners = [members["bob"], members["carol"], members["dave"]];
        Task[] up = [.. listeners.Select(listener => listener.ExpectAsync<CallUp>(Soon, call => call.Group == RegroupId))];
        Task<BurstReceived>[] heard = [.. listeners.Select(listener => listener.ExpectAsync<BurstReceived>(Soon))];
        McxCall call = await members["alice"].CallAsync(RegroupId, null, Cancellation);
        await Task.WhenAll(up);
        short[] said = [.. Enumerable.Range(0, 4000).Select(i => (short)(9000 * Math.Sin(i / 7.0)))];

        Assert.Equal(FloorAnswer.Granted, await call.TalkAsync(said, Cancellation));

        foreach (BurstReceived burst in await Task.WhenAll(heard))
        {
            Assert.Equal(EmbeddedOrganisation.McpttIdOf("alice"), burst.Burst.Talker);
            Assert.Equal(G711.RoundTrip(said), burst.Burst.Samples);
        }
        if (lastInCall is not null)
            await lastInCall();
        await call.HangUpAsync();
    }

    private static string IntegrityOf(string path)
    {
        // The store's type tells the provider which library to load.
        RuntimeHelpers.RunClassConstructor(typeof(SqliteStore).TypeHandle);
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }
}
