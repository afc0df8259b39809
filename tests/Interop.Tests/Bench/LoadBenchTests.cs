using System.Text.Json;

namespace MediaEngine.Interop.Tests;

/// <summary>The load bench measures what it says, small and short. How fast anything was is not looked at.</summary>
public class LoadBenchTests
{
    [Fact]
    public async Task Floor_prints_every_measure_and_the_floor_works()
    {
        Dictionary<string, JsonElement> rows = await RunAsync("floor", "--json", "--calls", "50", "--seconds", "1");

        string[] types =
        [
            "Request", "Granted", "Taken", "Deny", "Release", "Idle", "Revoke", "RevokeRequest", "QueuePositionRequest", "QueuePositionInfo", "Ack",
            "UnicastMediaFlowControl", "QueuedFloorRequests", "ReleaseMultiTalker",
        ];
        Assert.Equal(
            [
                .. types.SelectMany(type => new[] { $"read {type}", $"write {type}" }),
                "allocated by messages",
                "floor events of one core, 6 members, talks",
                "floor events of one core, 100 members, talks",
                "floor events of one core, 6 members, full queue",
                "floor events of one core, 100 members, full queue",
                "floor events of one core, 6 members, media",
                "floor events of one core, 100 members, media",
                "allocated by events",
                "grant in a shard p99.9, 5 calls",
                "grant in a shard p99.9, 50 calls",
                "grant in a shard p99.9, 500 calls",
                "floor cycle in a shard, 5 calls",
                "floor cycle in a shard, 50 calls",
                "floor cycle in a shard, 500 calls",
                "heap of a call and its talker's client",
                "grant over loopback p50, 50 calls",
                "grant over loopback p99, 50 calls",
                "grant over loopback p99.9, 50 calls",
                "grant over loopback max, 50 calls",
                "requests without grant",
                "floor cycle over loopback, 5 calls",
                "floor cycle over loopback, 50 calls",
                "floor cycle over loopback, 500 calls",
            ],
            rows.Keys);
        string[] none = ["allocated by messages", "allocated by events", "requests without grant"];
        AssertMeasured(rows, except: none);
        Assert.All(none, row => Assert.Equal(0, ValueOf(rows[row])));
        Assert.All(rows.Values, row => Assert.Equal(
            row.GetProperty("goal").ValueKind == JsonValueKind.Null, row.GetProperty("met").ValueKind == JsonValueKind.Null));
    }

    [Fact]
    public async Task Keys_prints_every_measure_and_the_floor_works_beside_it()
    {
        Dictionary<string, JsonElement> rows = await RunAsync(
            "keys", "--json", "--calls", "50", "--seconds", "1", "--turns", "1", "--members", "4");

        Assert.Equal(
            [
                "key messages for 4 members",
                "one key message",
                "allocated for it",
                "collector's pauses meanwhile",
                "grant p50 while keys are made",
                "grant p99 while keys are made",
                "grant p99.9 while keys are made",
                "requests without grant",
            ],
            rows.Keys);
        AssertMeasured(rows, except: ["key messages for 4 members", "collector's pauses meanwhile", "requests without grant"]);
        Assert.Equal(0, ValueOf(rows["requests without grant"]));
    }

    [Fact]
    public async Task Sip_registers_every_telephone()
    {
        Dictionary<string, JsonElement> rows = await RunAsync("sip", "--json", "--only", "bindings", "--bindings", "50", "--settle", "1");

        Assert.Equal(["bindings", "memory with 50 bindings", "most memory on the way there"], rows.Keys);
        AssertMeasured(rows, except: []);
        Assert.Equal(50, ValueOf(rows["bindings"]));
    }

    [Fact]
    public async Task Sip_sets_up_every_dialog_and_ends_it()
    {
        Dictionary<string, JsonElement> rows = await RunAsync("sip", "--json", "--only", "dialogs", "--dialogs", "20", "--settle", "1");

        Assert.Equal(
            [
                "INVITE dialogs at one time", "set up each second", "memory of a dialog and its leg", "ended each second", "legs left", "transactions left",
                "requests refused",
            ],
            rows.Keys);
        Assert.Equal(20, ValueOf(rows["INVITE dialogs at one time"]));
        Assert.Equal(0, ValueOf(rows["legs left"]));
        Assert.Equal(0, ValueOf(rows["requests refused"]));
    }

    [Fact]
    public async Task Sip_tells_every_member_of_a_regroup()
    {
        Dictionary<string, JsonElement> rows = await RunAsync("sip", "--json", "--only", "fan-out", "--members", "10");

        Assert.Equal(
            [
                "MESSAGE over TCP to 10 members", "until all transactions were complete", "members that acknowledged", "processor time of a member's notice",
                "memory with the connections",
            ],
            rows.Keys);
        Assert.Equal(10, ValueOf(rows["members that acknowledged"]));
    }

    [Fact]
    public async Task Sip_registers_beside_Kamailio()
    {
        PeerProgram.Require("sipp", "sip-tester");
        PeerProgram.Require("kamailio", "kamailio");

        Dictionary<string, JsonElement> rows = await RunAsync("sip", "--json", "--only", "registrations", "--rate", "50", "--seconds", "1");

        Assert.Equal(
            [
                "registrations failed at 50/s for 1 s", "requests repeated meanwhile", "processor time of a registration",
                "memory at the end, and after 40 s",
            ],
            rows.Keys);
        JsonElement failed = rows["registrations failed at 50/s for 1 s"];
        Assert.Equal(0, ValueOf(failed));
        Assert.Equal(0, failed.GetProperty("peerValue").GetDouble());
    }

    [Theory]
    [InlineData("floor", "--calls", "0")]
    [InlineData("floor", "--seconds")]
    [InlineData("keys", "--strict")]
    [InlineData("keys", "--background", "7")]
    [InlineData("sip", "--only", "calls")]
    [InlineData("sip", "--settle", "soon")]
    [InlineData("sips")]
    public async Task What_is_not_understood_is_answered_with_the_usage(params string[] arguments)
    {
        (int exit, string output, string errors) = await StartAsync(arguments);

        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.Contains("usage:", errors, StringComparison.Ordinal);
    }

    private static void AssertMeasured(Dictionary<string, JsonElement> rows, string[] except) =>
        Assert.All(rows.Where(row => !except.Contains(row.Key)), row => Assert.True(ValueOf(row.Value) > 0, row.Key));

    private static double? ValueOf(JsonElement row) =>
        row.GetProperty("value") is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    private static async Task<Dictionary<string, JsonElement>> RunAsync(params string[] arguments)
    {
        (int exit, string output, string errors) = await StartAsync(arguments);
        Assert.True(exit == 0, errors);
        return JsonDocument.Parse(output).RootElement.EnumerateArray().ToDictionary(row => row.GetProperty("measure").GetString()!);
    }

    private static Task<(int ExitCode, string Output, string Errors)> StartAsync(string[] arguments) =>
        PeerProgram.TryRunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "MediaEngine.Bench.Load.dll"), .. arguments]);
}
