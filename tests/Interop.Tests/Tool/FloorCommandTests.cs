using System.Text.Json;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class FloorCommandTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_floor_of_a_call_is_followed_with_who_talks_who_waits_and_times()
    {
        await using var system = new SmallSystem();
        (McxCall byAlice, McxCall byBob) = await CallAsync(system);
        using var floor = new RunningCommand("floor", "--server", system.OperatorSocket, "--group", SmallSystem.Fire);
        JsonElement idle = await floor.NextAsync("floor");
        Assert.Equal(("idle", 0, 0), (StateOf(idle), idle.GetProperty("talkers").GetArrayLength(), idle.GetProperty("waiting").GetArrayLength()));
        Assert.Equal(SmallSystem.Fire, idle.GetProperty("group").GetString());

        DateTimeOffset before = DateTimeOffset.UtcNow;
        await byAlice.RequestFloorAsync(Cancellation);
        Task<bool> saying = byAlice.SayAsync(new short[8000 * 20], Cancellation);
        Task<FloorAnswer> waiting = byBob.RequestFloorAsync(Cancellation);
        JsonElement taken = await floor.NextAsync("floor", line => line.GetProperty("waiting").GetArrayLength() == 1 && TalkerOf(line).GetProperty("leftRuns").GetBoolean());
        DateTimeOffset after = DateTimeOffset.UtcNow;
        Assert.Equal("taken", StateOf(taken));
        JsonElement talker = TalkerOf(taken), waiter = taken.GetProperty("waiting")[0];
        Assert.Equal(SmallSystem.IdOf("alice"), talker.GetProperty("mcpttId").GetString());
        Assert.InRange(talker.GetProperty("left_s").GetDouble(), 20, 30);
        Assert.Equal((SmallSystem.IdOf("bob"), 1), (waiter.GetProperty("mcpttId").GetString(), waiter.GetProperty("position").GetInt32()));
        // Of two clocks, read one after the other.
        var tolerance = TimeSpan.FromMilliseconds(50);
        Assert.InRange(talker.GetProperty("since").GetDateTimeOffset(), before - tolerance, after + tolerance);
        Assert.InRange(waiter.GetProperty("since").GetDateTimeOffset(), talker.GetProperty("since").GetDateTimeOffset(), after + tolerance);
        Assert.Equal(["granted", "queued"], DecisionsOf(taken));

        await byAlice.ReleaseFloorAsync(Cancellation);
        Assert.Equal(FloorAnswer.Granted, await waiting);
        JsonElement passed = await floor.NextAsync("floor", line => line.GetProperty("talkers").GetArrayLength() == 1 && TalkerOf(line).GetProperty("mcpttId").GetString() == SmallSystem.IdOf("bob"));
        Assert.Equal(["granted", "queued", "released", "granted"], DecisionsOf(passed));
        Assert.False(await saying);

        await byBob.HangUpAsync();
        await byAlice.HangUpAsync();
        Assert.Equal("ended", StateOf(await floor.NextAsync("floor", line => StateOf(line) == "ended")));
        Assert.Equal(ToolExit.Ok, await floor.Exit);
    }

    [Fact]
    public async Task Calls_are_listed_with_their_floor()
    {
        await using var system = new SmallSystem();
        (McxCall byAlice, _) = await CallAsync(system);
        await byAlice.RequestFloorAsync(Cancellation);
        using var list = new RunningCommand("floor", "--server", system.OperatorSocket);
        JsonElement call = await list.NextAsync("call");
        Assert.Equal(SmallSystem.Fire, call.GetProperty("group").GetString());
        Assert.Equal(
            [SmallSystem.IdOf("alice"), SmallSystem.IdOf("bob")], call.GetProperty("participants").EnumerateArray().Select(id => id.GetString()!).Order());
        Assert.Equal(SmallSystem.IdOf("alice"), TalkerOf(call.GetProperty("floor")).GetProperty("mcpttId").GetString());
        Assert.Equal(1, (await list.NextAsync("ok")).GetProperty("calls").GetInt32());
        Assert.Equal(ToolExit.Ok, await list.Exit);
    }

    [Fact]
    public async Task For_people_each_event_is_a_line()
    {
        await using var system = new SmallSystem();
        (McxCall byAlice, McxCall byBob) = await CallAsync(system);
        using var text = new StringWriter();
        TextWriter output = TextWriter.Synchronized(text);
        Task<int> floor = McxCommand.RunAsync(McxCommand.Create(), ["floor", "--server", system.OperatorSocket, "--group", SmallSystem.Fire], output, output);
        await UntilAsync(": idle");
        await byAlice.RequestFloorAsync(Cancellation);
        await UntilAsync("alice@mcx.example talks for 0.0 s, 30.0 s left");
        using var list = new StringWriter();
        Assert.Equal(ToolExit.Ok, await McxCommand.RunAsync(McxCommand.Create(), ["floor", "--server", system.OperatorSocket], list, list));
        Assert.Matches($"^{SmallSystem.Fire}  taken\n  talks +sip:alice@mcx.example +[0-9.]+ s +30.0 s left  priority [0-9]+\n  up since .*\n1 call\\(s\\)\n$", list.ToString());
        Task<FloorAnswer> waiting = byBob.RequestFloorAsync(Cancellation);
        await UntilAsync("sip:bob@mcx.example waits\n");
        await byBob.HangUpAsync();
        await byAlice.HangUpAsync();
        Assert.Equal(FloorAnswer.CallEnded, await waiting);
        Assert.Equal(ToolExit.Ok, await floor);
        Assert.EndsWith($"{SmallSystem.Fire}: ended\nthe call {SmallSystem.Fire} ended\n", text.ToString(), StringComparison.Ordinal);

        async Task UntilAsync(string told)
        {
            for (int i = 0; i < 1000 && !Told().Contains(told, StringComparison.Ordinal); i++)
                await Task.Delay(20, Cancellation);
            Assert.Contains(told, Told(), StringComparison.Ordinal);
        }

        string Told()
        {
            lock (output)
                return text.ToString();
        }
    }

    [Fact]
    public async Task All_calls_are_followed_also_those_that_come_later()
    {
        await using var system = new SmallSystem();
        using var floor = new RunningCommand("floor", "--server", system.OperatorSocket, "--watch", "--duration", "15");
        (McxCall byAlice, _) = await CallAsync(system);
        await floor.NextAsync("floor", line => StateOf(line) == "idle" && line.GetProperty("group").GetString() == SmallSystem.Fire);
        await byAlice.HangUpAsync();
        await floor.NextAsync("floor", line => StateOf(line) == "ended");
    }

    [Fact]
    public async Task A_call_that_is_not_up_and_a_server_that_is_not_there_have_their_exit_codes()
    {
        await using var system = new SmallSystem();
        using var none = new RunningCommand("floor", "--server", system.OperatorSocket, "--group", SmallSystem.Rail);
        Assert.Contains($"no call is up on {SmallSystem.Rail}", (await none.NextAsync("error")).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(ToolExit.Refused, await none.Exit);
        using var nowhere = new RunningCommand("floor", "--server", system.File("nowhere.sock"));
        Assert.Contains("name its operator.socket with --server", (await nowhere.NextAsync("error")).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(ToolExit.Unreachable, await nowhere.Exit);
    }

    [Fact]
    public async Task Health_has_the_counters_of_media_sip_and_store()
    {
        await using var system = new SmallSystem();
        await CallAsync(system);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
                await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(system.OperatorSocket), cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        });
        JsonElement health = JsonDocument.Parse(await client.GetStringAsync("http://operator/v1/health", Cancellation)).RootElement;
        Assert.Equal(1, health.GetProperty("calls").GetInt32());
        Assert.Equal(2, health.GetProperty("media").GetProperty("legs").GetInt32());
        Assert.True(health.GetProperty("sip").GetProperty("requestsReceived").GetInt64() >= 5);
        Assert.Equal(2, health.GetProperty("store").GetProperty("registrations").GetInt32());
        Assert.InRange(health.GetProperty("memory").GetProperty("allocated_bytes").GetInt64(), 1_000_000, long.MaxValue);
    }

    internal static async Task<(McxCall ByAlice, McxCall ByBob)> CallAsync(SmallSystem system)
    {
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob");
        foreach (McxEndpoint endpoint in (McxEndpoint[])[alice, bob])
        {
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([SmallSystem.Fire], Cancellation);
        }
        Task<CallUp> up = bob.ExpectAsync<CallUp>(Soon);
        McxCall byAlice = await alice.CallAsync(SmallSystem.Fire, null, Cancellation);
        await up;
        return (byAlice, Assert.Single(bob.Calls));
    }

    private static string? StateOf(JsonElement floor) => floor.GetProperty("state").GetString();

    private static JsonElement TalkerOf(JsonElement floor) => floor.GetProperty("talkers")[0];

    private static string[] DecisionsOf(JsonElement floor) =>
        [.. floor.GetProperty("decisions").EnumerateArray().Select(decision => decision.GetProperty("decision").GetString()!)];
}
