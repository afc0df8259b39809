using System.Text.Json;
using MediaEngine.Floor;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary><c>mcx talk --ptt</c>, driven by lines, with another client in the call.</summary>
public sealed class PushToTalkTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_press_waits_in_the_queue_is_granted_revoked_when_too_long_and_then_denied()
    {
        await using var system = new SmallSystem(floor: new FloorPolicy { T2 = TimeSpan.FromSeconds(1), T9 = TimeSpan.FromSeconds(30) });
        using RunningCommand talk = await TalkAsync(system);
        (McxEndpoint bob, McxCall byBob) = await JoinAsync(system, talk);
        await byBob.RequestFloorAsync(Cancellation);
        talk.Write("press");
        Assert.Equal(1, (await talk.NextAsync("floor-queued")).GetProperty("position").GetInt32());
        Task<BurstReceived> heard = bob.ExpectAsync<BurstReceived>(Soon);
        await byBob.ReleaseFloorAsync(Cancellation);
        Assert.Equal(1, (await talk.NextAsync("floor-granted")).GetProperty("duration_s").GetInt32());
        JsonElement revoked = await talk.NextAsync("floor-revoked");
        Assert.Equal((2, "Media burst too long"), (revoked.GetProperty("cause").GetInt32(), revoked.GetProperty("phrase").GetString()));
        Assert.Equal(SmallSystem.IdOf("alice"), (await heard).Burst.Talker);
        await talk.NextAsync("floor-state-changed", IsAtRest);
        talk.Write("press");
        JsonElement denied = await talk.NextAsync("floor-denied");
        Assert.Equal((4, "Retry-after timer has not expired"), (denied.GetProperty("cause").GetInt32(), denied.GetProperty("phrase").GetString()));
        talk.Write("hang up");
        Assert.Equal("'hang up' is none of press, release, cancel, position, quit", (await talk.NextAsync("warning", line => line.GetProperty("text").GetString()!.StartsWith('\''))).GetProperty("text").GetString());
        talk.Write("quit");
        Assert.Equal(1, (await talk.NextAsync("ok")).GetProperty("talks").GetInt32());
        Assert.Equal(ToolExit.Ok, await talk.Exit);
    }

    [Fact]
    public async Task Who_lets_go_in_the_queue_is_offered_the_turn_and_each_press_begins_at_the_beginning()
    {
        await using var system = new SmallSystem();
        var said = new short[800];
        Array.Fill(said, (short)9000, 0, 160);
        WavFile.Write(system.File("order.wav"), said);
        using RunningCommand talk = await TalkAsync(system, "--wav", system.File("order.wav"));
        (McxEndpoint bob, McxCall byBob) = await JoinAsync(system, talk);
        await byBob.RequestFloorAsync(Cancellation);
        talk.Write("press");
        await talk.NextAsync("floor-queued");
        talk.Write("release");
        talk.Write("position");
        Assert.Equal(1, (await talk.NextAsync("floor-queued")).GetProperty("position").GetInt32());
        await byBob.ReleaseFloorAsync(Cancellation);
        await talk.NextAsync("floor-offered");
        Task<BurstReceived> heard = bob.ExpectAsync<BurstReceived>(Soon);
        talk.Write("press");
        await talk.NextAsync("floor-granted");
        await Task.Delay(300, Cancellation);
        talk.Write("release");
        await talk.NextAsync("floor-state-changed", IsAtRest);
        short[] samples = (await heard).Burst.Samples;
        // Longer than what is said once: it is said again.
        Assert.True(samples.Length > said.Length, $"{samples.Length} samples");
        Assert.NotEqual(0, samples[..160].Max());
        talk.Write("press");
        await talk.NextAsync("floor-granted");
    }

    [Fact]
    public async Task The_end_of_the_input_hangs_up()
    {
        await using var system = new SmallSystem();
        RunningCommand talk = await TalkAsync(system);
        (_, McxCall byBob) = await JoinAsync(system, talk);
        talk.Dispose();
        Assert.Equal(ToolExit.Ok, await talk.Exit);
        await byBob.Ended.WaitAsync(Soon, Cancellation);
    }

    [Fact]
    public async Task Without_push_to_talk_a_talk_that_is_taken_away_says_why()
    {
        await using var system = new SmallSystem(floor: new FloorPolicy { T2 = TimeSpan.FromSeconds(1) });
        McxEndpoint bob = system.Endpoint("bob");
        await bob.RegisterAsync(Cancellation);
        await bob.AffiliateAsync([SmallSystem.Fire], Cancellation);
        using var talk = new RunningCommand("talk", "--profile", system.ProfileFile("alice"), "--group", SmallSystem.Fire);
        JsonElement error = await talk.NextAsync("error");
        Assert.Equal(
            $"the floor of {SmallSystem.Fire} was taken away: Media burst too long; try again later or with a higher priority.",
            error.GetProperty("message").GetString());
        Assert.Equal(ToolExit.Refused, await talk.Exit);
    }

    private static bool IsAtRest(JsonElement line) => line.GetProperty("state").GetString() == nameof(FloorParticipantState.U_HasNoPermission);

    private static async Task<RunningCommand> TalkAsync(SmallSystem system, params string[] more)
    {
        McxEndpoint bob = system.Endpoint("bob");
        await bob.RegisterAsync(Cancellation);
        await bob.AffiliateAsync([SmallSystem.Fire], Cancellation);
        return new RunningCommand(["talk", "--profile", system.ProfileFile("alice"), "--group", SmallSystem.Fire, "--ptt", .. more]);
    }

    private static async Task<(McxEndpoint Bob, McxCall ByBob)> JoinAsync(SmallSystem system, RunningCommand talk)
    {
        await talk.NextAsync("call-up");
        McxEndpoint bob = Assert.Single(system.Endpoints);
        for (int i = 0; i < 500 && bob.Calls.Count == 0; i++)
            await Task.Delay(10, Cancellation);
        return (bob, Assert.Single(bob.Calls));
    }
}
