using System.CommandLine;
using System.Text.Json;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class CommandTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Help_of_every_command_ends_with_an_example_and_the_exit_codes()
    {
        foreach (string[] path in PathsOf(McxCommand.Create()))
        {
            (int exit, string output, _) = await RunAsync([.. path, "--help"]);
            Assert.Equal(ToolExit.Ok, exit);
            Assert.Contains($"Example:\n  mcx {string.Join(' ', path)} ", output, StringComparison.Ordinal);
            Assert.Contains("3    the server cannot be reached", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("talk", "Option '--profile' is required")]
    [InlineData("regroup create --profile p --regroup sip:r@x --preconfigured sip:p@x", "--group at least once, or --user")]
    [InlineData("regroup create --profile p --regroup sip:r@x --preconfigured sip:p@x --group sip:g@x --user sip:u@x", "not both")]
    [InlineData("affiliate --profile p", "--group at least once, or --none")]
    [InlineData("listen --profile nowhere.yaml", "nowhere.yaml: cannot be read")]
    [InlineData("key rotate --profile p", "Option '--group' is required")]
    [InlineData("trace decrypt --capture a --keys nowhere.json --out b", "nowhere.json: cannot read the key file")]
    public async Task Wrong_arguments_and_files_exit_with_2(string line, string message)
    {
        (int exit, _, string errors) = await RunAsync(line.Split(' '));
        Assert.Equal(ToolExit.Usage, exit);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_exits_with_3()
    {
        string profile;
        using var folder = new TemporaryFolder();
        await using (var system = new SmallSystem())
        {
            profile = folder.File("alice.yaml");
            string text = await File.ReadAllTextAsync(system.ProfileFile("alice"), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(profile, text, TestContext.Current.CancellationToken);
        }
        (int exit, string output, _) = await RunAsync("affiliate", "--profile", profile, "--none", "--json");
        Assert.Equal(ToolExit.Unreachable, exit);
        JsonElement result = LinesOf(output)[^1];
        Assert.Equal(("error", ToolExit.Unreachable), (result.GetProperty("result").GetString(), result.GetProperty("exit").GetInt32()));
        Assert.Contains("no answer to REGISTER", result.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_exits_with_1_and_gives_status_and_warning()
    {
        await using var system = new SmallSystem();
        (int exit, string output, _) = await RunAsync(
            "regroup", "create", "--profile", system.ProfileFile("bob"), "--regroup", SmallSystem.Incident, "--preconfigured", SmallSystem.Major,
            "--group", SmallSystem.Fire, "--json");
        Assert.Equal(ToolExit.Refused, exit);
        JsonElement result = LinesOf(output)[^1];
        Assert.Equal(403, result.GetProperty("status").GetInt32());
        Assert.StartsWith("160 ", result.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_new_key_exits_with_1()
    {
        await using var system = new SmallSystem();
        (int exit, string output, _) = await RunAsync("key", "rotate", "--profile", system.ProfileFile("bob"), "--group", SmallSystem.Fire, "--json");
        Assert.Equal(ToolExit.Refused, exit);
        Assert.Equal(403, LinesOf(output)[^1].GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Talk_says_a_file_and_reports_each_step()
    {
        await using var system = new SmallSystem();
        McxEndpoint bob = system.Endpoint("bob");
        await bob.RegisterAsync(TestContext.Current.CancellationToken);
        await bob.AffiliateAsync([SmallSystem.Fire], TestContext.Current.CancellationToken);
        Task<BurstReceived> heard = bob.ExpectAsync<BurstReceived>(Soon);
        var said = new short[1600];
        Array.Fill(said, (short)9000);
        WavFile.Write(system.File("order.wav"), said);
        (int exit, string output, string errors) = await RunAsync(
            "talk", "--profile", system.ProfileFile("alice"), "--group", SmallSystem.Fire, "--wav", system.File("order.wav"), "--json");
        Assert.True(exit == ToolExit.Ok, output + errors);
        JsonElement[] lines = LinesOf(output);
        string?[] events = [.. lines[..^1].Select(line => line.GetProperty("event").GetString())];
        Assert.Equal(
            ["registered", "affiliated", "call-up", "floor-granted", "call-ended"],
            events.Where(name => name is not ("warning" or "floor-state-changed" or "talker-changed")));
        Assert.Equal(0.2, lines[^1].GetProperty("talked_s").GetDouble());
        Assert.Equal(said.Length, (await heard).Burst.Samples.Length);
    }

    private static async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int exit = await McxCommand.RunAsync(McxCommand.Create(), arguments, output, errors);
        return (exit, output.ToString(), errors.ToString());
    }

    private static JsonElement[] LinesOf(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static IEnumerable<string[]> PathsOf(Command command) => command.Subcommands.SelectMany(sub =>
        sub.Subcommands.Count == 0 ? [[sub.Name]] : PathsOf(sub).Select(path => (string[])[sub.Name, .. path]));
}
