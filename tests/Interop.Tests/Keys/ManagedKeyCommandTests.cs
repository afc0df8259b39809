using System.Text.Json;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>The command line in a system that manages its keys.</summary>
public sealed class ManagedKeyCommandTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_key_is_asked_for_and_reported_when_it_comes()
    {
        await using var system = new ManagedSystem();
        await system.StartAsync();
        McxEndpoint bob = system.Endpoint("bob");
        await bob.RegisterAsync(Cancellation);
        await bob.WaitForKeyAsync(ManagedSystem.Fire, Soon, Cancellation);
        string before = Assert.Single(bob.GmkIdsOf(ManagedSystem.Fire));
        Task<GroupKeyInstalled> told = bob.ExpectAsync<GroupKeyInstalled>(Soon, key => key.GmkId != before && key.Groups.Contains(ManagedSystem.Fire));
        JsonElement[] lines = await RunAsync("key", "rotate", "--profile", system.ProfileFile("alice"), "--group", ManagedSystem.Fire, "--json");
        GroupKeyInstalled next = await told;
        Assert.Equal((ManagedSystem.Fire, next.GmkId), (lines[^1].GetProperty("group").GetString(), lines[^1].GetProperty("gmkId").GetString()));
        Assert.Equal(next.Activation, lines[^1].GetProperty("activation").GetDateTimeOffset());
        Assert.Contains(next.GmkId, EventsOf(lines, "group-key-installed").Select(line => line.GetProperty("gmkId").GetString()));
        Assert.Single(EventsOf(lines, "client-server-key-uploaded"));
    }

    [Fact]
    public async Task Who_is_no_member_is_told_that_the_group_gets_a_new_key()
    {
        await using var system = new ManagedSystem();
        await system.StartAsync("bob");
        McxEndpoint bob = system.Endpoint("bob");
        await bob.RegisterAsync(Cancellation);
        await bob.WaitForKeyAsync(ManagedSystem.Fire, Soon, Cancellation);
        string before = Assert.Single(bob.GmkIdsOf(ManagedSystem.Fire));
        string profile = system.ProfileFile("alice");
        await File.WriteAllTextAsync(profile, (await File.ReadAllTextAsync(profile, Cancellation)).Split("groups:")[0], Cancellation);
        Task<GroupKeyInstalled> told = bob.ExpectAsync<GroupKeyInstalled>(Soon, key => key.GmkId != before && key.Groups.Contains(ManagedSystem.Fire));
        JsonElement[] lines = await RunAsync("key", "rotate", "--profile", profile, "--group", ManagedSystem.Fire, "--json");
        Assert.Equal(JsonValueKind.Null, lines[^1].GetProperty("gmkId").ValueKind);
        await told;
    }

    [Fact]
    public async Task A_capture_of_a_call_under_delivered_keys_is_decrypted_with_the_keys_written_beside_it()
    {
        await using var system = new ManagedSystem();
        await system.StartAsync();
        McxEndpoint bob = system.Endpoint("bob");
        await bob.RegisterAsync(Cancellation);
        await bob.AffiliateAsync([ManagedSystem.Fire], Cancellation);
        await bob.WaitForKeyAsync(ManagedSystem.Fire, Soon, Cancellation);
        WavFile.Write(system.File("order.wav"), new short[1600]);
        await RunAsync(
            "talk", "--profile", system.ProfileFile("alice"), "--group", ManagedSystem.Fire, "--wav", system.File("order.wav"), "--json",
            "--capture", system.File("call.pcap"), "--keys", system.File("call.keys.json"));
        JsonElement[] lines = await RunAsync(
            "trace", "decrypt", "--capture", system.File("call.pcap"), "--keys", system.File("call.keys.json"), "--out", system.File("clear.pcap"), "--json");
        Assert.Equal((10, 0), (lines[^1].GetProperty("media").GetInt32(), lines[^1].GetProperty("failed").GetInt32()));
        Assert.NotEqual(0, lines[^1].GetProperty("floor").GetInt32());
    }

    private static async Task<JsonElement[]> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), errors = new();
        int exit = await McxCommand.RunAsync(McxCommand.Create(), arguments, output, errors);
        Assert.True(exit == ToolExit.Ok, $"{output}{errors}");
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static IEnumerable<JsonElement> EventsOf(JsonElement[] lines, string name) =>
        lines.Where(line => line.TryGetProperty("event", out JsonElement happened) && happened.GetString() == name);
}
