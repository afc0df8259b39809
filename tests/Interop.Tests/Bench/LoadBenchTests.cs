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

    [Theory]
    [InlineData("floor", "--calls", "0")]
    [InlineData("floor", "--seconds")]
    [InlineData("keys", "--strict")]
    [InlineData("keys", "--background", "7")]
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
