using System.Diagnostics;
using System.Globalization;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Server;

namespace MediaEngine.Tool;

/// <summary>
/// The main job from end to end (TS 23.280 10.15.3.2.1 and 10.15.3.2.3, TS 24.379 10.1.1, TS 24.380): regroup two groups,
/// call them, talk, hear it, and take the regroup apart. Every step checks what it shows.
/// </summary>
public sealed class DemoScenario(DemoWorld world, short[] speech, short[] reply)
{
    public const string RegroupId = $"sip:regroup-1@{EmbeddedOrganisation.Domain}";
    private const string SecondRegroupId = $"sip:regroup-2@{EmbeddedOrganisation.Domain}";
    private static readonly TimeSpan StepTimeout = TimeSpan.FromSeconds(5);

    private readonly List<string> _summary = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public IReadOnlyList<string> Summary => _summary;

    /// <exception cref="DemoStepException">Names the step that differed, and how.</exception>
    public async Task RunAsync()
    {
        await StepAsync("1 Clients register with CSKs they made, get their groups' keys and affiliate (TS 33.180 5.4, 5.7)", RegisterAndAffiliateAsync).ConfigureAwait(false);
        await StepAsync("2 The dispatcher regroups fire-1 and ambulance-2 (TS 23.280 10.15.3.2.1)", FormRegroupAsync).ConfigureAwait(false);
        await StepAsync("3 A second regroup over fire-1 is refused", RefuseSecondRegroupAsync).ConfigureAwait(false);
        McxCall call = await StepAsync("4 alice calls the regroup group (TS 24.379 10.1.1)", CallAsync).ConfigureAwait(false);
        await StepAsync("5 alice talks, carol is queued and talks after her (TS 24.380)", () => TalkAsync(call)).ConfigureAwait(false);
        await StepAsync("6 alice ends the call", () => ReleaseAsync(call)).ConfigureAwait(false);
        await StepAsync("7 The dispatcher cancels the regroup (TS 23.280 10.15.3.2.3)", CancelRegroupAsync).ConfigureAwait(false);
        CheckCounters();
    }

    private async Task RegisterAndAffiliateAsync()
    {
        Task[] listening = [.. Listeners.Select(name => Client(name).ExpectAsync<BearerListened>(StepTimeout))];
        await Client("dispatcher").RegisterAsync().ConfigureAwait(false);
        foreach (string name in DemoWorld.Members)
        {
            await Client(name).RegisterAsync().ConfigureAwait(false);
            await Client(name).AffiliateAsync([GroupOf(name)]).ConfigureAwait(false);
        }
        foreach (string name in DemoWorld.Members)
        {
            foreach (string group in GroupsOf(name))
                await Client(name).WaitForKeyAsync(group, StepTimeout).ConfigureAwait(false);
        }
        await Task.WhenAll(listening).ConfigureAwait(false);
        int affiliated = await world.Server.InspectAsync(system => system.Affiliations.Count).ConfigureAwait(false);
        Check(affiliated == DemoWorld.Members.Count, $"{affiliated} clients are affiliated, not {DemoWorld.Members.Count}");
        _summary.Add("5 clients registered, 2 affiliated to fire-1 and 2 to ambulance-2, the dispatcher to neither");
        _summary.Add($"each made and uploaded a CSK; the members hold {DistinctKeys()} GMKs, each delivered by an I_MESSAGE of the group management server");
        _summary.Add($"carol and dave listen to the bearer that was announced, TMGI {Client("carol").Tmgi}, its control under an MSCCK");
    }

    private async Task FormRegroupAsync()
    {
        Task[] notices = [.. DemoWorld.Members.Select(name => Client(name).ExpectAsync<RegroupNotified>(
            StepTimeout, notice => notice.Action == RegroupAction.Create && notice.RegroupUri == RegroupId))];
        await Client("dispatcher").CreateRegroupAsync(
            RegroupId, EmbeddedOrganisation.PreconfiguredGroup, [EmbeddedOrganisation.FireGroup, EmbeddedOrganisation.AmbulanceGroup], []).ConfigureAwait(false);
        await Task.WhenAll(notices).ConfigureAwait(false);
        await UntilAsync(system => system.PendingRequestCount == 0, "the server should have heard the members' answers").ConfigureAwait(false);
        PreconfiguredRegroup[] regroups = await world.Server.InspectAsync(system => system.Regroups.ToArray()).ConfigureAwait(false);
        Check(regroups.Length == 1 && regroups[0].Members.Count == DemoWorld.Members.Count, "the regroup does not have the four affiliated members");
        _summary.Add($"regroup {RegroupId} formed with the configuration of {EmbeddedOrganisation.PreconfiguredGroup}; 4 affiliated members told, the dispatcher not");
    }

    private async Task RefuseSecondRegroupAsync()
    {
        try
        {
            await Client("dispatcher").CreateRegroupAsync(SecondRegroupId, EmbeddedOrganisation.PreconfiguredGroup, [EmbeddedOrganisation.FireGroup], []).ConfigureAwait(false);
        }
        catch (ServerRefusedException refused)
        {
            Check(refused.Status == 403 && refused.Warnings.Any(warning => warning.Text.StartsWith("148 ", StringComparison.Ordinal)),
                $"refused, but with {refused.Message} instead of 403 and warning 148");
            _summary.Add("second regroup over fire-1 refused: 403, 148 group is regrouped");
            return;
        }
        throw new DemoStepException("the server accepted a regroup of a group that is regrouped");
    }

    private async Task<McxCall> CallAsync()
    {
        Task<CallUp>[] up = [.. DemoWorld.Members.Skip(1).Select(name => Client(name).ExpectAsync<CallUp>(StepTimeout, call => call.Group == RegroupId))];
        McxCall call = await Client("alice").CallAsync(RegroupId).ConfigureAwait(false);
        await Task.WhenAll(up).ConfigureAwait(false);
        // A member is up with its own answer; the server takes its floor control a little later.
        await UntilAsync(_ => world.Server.MediaCounters.Legs == DemoWorld.Members.Count, "the server should have every member's floor control").ConfigureAwait(false);
        string[] mkis = [.. DemoWorld.Members.Select(name => Client(name).MkiOf(RegroupId) ?? throw new DemoStepException($"{name} holds no key in force"))];
        string gmkId = mkis[0][..(2 * KeyIdentifier.Length_bytes)];
        Check(mkis.All(mki => mki.StartsWith(gmkId, StringComparison.Ordinal)), "the members do not hold the same GMK");
        world.Ladder.Note($"media: AEAD_AES_128_GCM, GMK-ID {gmkId} of {EmbeddedOrganisation.PreconfiguredGroup}");
        foreach ((string name, string mki) in DemoWorld.Members.Zip(mkis))
            world.Ladder.Note($"{name} sends with MKI {mki}");
        _summary.Add("group call up with alice, bob, carol and dave");
        return call;
    }

    private async Task TalkAsync(McxCall aliceCall)
    {
        McxCall carolCall = Client("carol").Calls.Single();
        Task<BurstReceived>[] heardAlice = ExpectBursts("alice");
        Task<SubchannelListened>[] mapped = [.. Listeners.Select(name => Client(name).ExpectAsync<SubchannelListened>(StepTimeout))];
        Check(await aliceCall.RequestFloorAsync().ConfigureAwait(false) == FloorAnswer.Granted, "alice did not get the floor");
        SubchannelListened[] subchannels = await Task.WhenAll(mapped).ConfigureAwait(false);
        Check(subchannels[0].Media == subchannels[1].Media && Client("bob").Calls.Single().Multicast is null,
            "bob should be on unicast, carol and dave on one subchannel");
        _summary.Add($"alice's talk mapped the call to the bearer: carol and dave by multicast, media {subchannels[0].Media}, floor control {subchannels[0].Floor}");
        Task<bool> aliceTalks = aliceCall.SayAsync(speech);

        Task<FloorQueued> queued = Client("carol").ExpectAsync<FloorQueued>(StepTimeout);
        Task<FloorAnswer> carolAsks = carolCall.RequestFloorAsync();
        FloorQueued position = await queued.ConfigureAwait(false);
        Check(position.Position == 1 && !carolAsks.IsCompleted, "carol's request was not queued at position 1");

        Check(await aliceTalks.ConfigureAwait(false), "alice lost the floor while she talked");
        Task<BurstReceived>[] heardCarol = ExpectBursts("carol");
        await aliceCall.ReleaseFloorAsync().ConfigureAwait(false);
        Check(await carolAsks.ConfigureAwait(false) == FloorAnswer.Granted, "carol did not get the floor after alice released it");
        await CompareAsync("alice", speech, heardAlice).ConfigureAwait(false);
        foreach (DemoClient client in world.Clients.Values)
            client.Tap.EndBurst();
        Check(await carolCall.SayAsync(reply).ConfigureAwait(false), "carol lost the floor while she talked");
        await carolCall.ReleaseFloorAsync().ConfigureAwait(false);
        await CompareAsync("carol", reply, heardCarol).ConfigureAwait(false);
        _summary.Add("carol's floor request was queued at position 1 and granted after alice's release");
    }

    private async Task ReleaseAsync(McxCall call)
    {
        Task[] ended = [.. DemoWorld.Members.Skip(1).Select(name => Client(name).ExpectAsync<CallEnded>(StepTimeout))];
        await call.HangUpAsync().ConfigureAwait(false);
        await Task.WhenAll(ended).ConfigureAwait(false);
        int calls = await world.Server.InspectAsync(system => system.CallCount).ConfigureAwait(false);
        Check(calls == 0, $"{calls} calls are still up");
        _summary.Add("call released for every participant");
    }

    private async Task CancelRegroupAsync()
    {
        Task[] notices = [.. DemoWorld.Members.Select(name => Client(name).ExpectAsync<RegroupNotified>(
            StepTimeout, notice => notice.Action == RegroupAction.Remove && notice.RegroupUri == RegroupId))];
        await Client("dispatcher").CancelRegroupAsync(RegroupId).ConfigureAwait(false);
        await Task.WhenAll(notices).ConfigureAwait(false);
        int regroups = await world.Server.InspectAsync(system => system.Regroups.Count).ConfigureAwait(false);
        Check(regroups == 0, "the regroup is still in effect");
        _summary.Add("regroup cancelled; 4 members told and de-affiliated from it");
    }

    private void CheckCounters()
    {
        Media.MediaCounters counters = world.Server.MediaCounters;
        Check(counters.DroppedTotal == 0, $"the media plane dropped {string.Join(", ", Enum.GetValues<Media.MediaDrop>()
            .Where(reason => counters.Dropped(reason) > 0).Select(reason => $"{counters.Dropped(reason)} packets: {reason}"))}");
        _summary.Add(string.Create(CultureInfo.InvariantCulture,
            $"{counters.AcceptedMedia_packets} media packets authenticated, {counters.ForwardedMedia_packets} forwarded by unicast, {counters.MulticastMedia_packets} by multicast, 0 dropped"));
        _summary.Add(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds:0.0} s"));
    }

    /// <summary>Everyone but the talker hears the talker's decoded audio, sample by sample.</summary>
    private async Task CompareAsync(string talker, short[] said, Task<BurstReceived>[] heard)
    {
        short[] expected = G711.RoundTrip(said);
        WavFile.Write(Path.Combine(world.Folder, "wav", $"said-by-{talker}.wav"), expected);
        string[] listeners = [.. DemoWorld.Members.Where(name => name != talker)];
        for (int i = 0; i < listeners.Length; i++)
        {
            HeardBurst burst = (await heard[i].ConfigureAwait(false)).Burst;
            Check(burst.Samples.AsSpan().SequenceEqual(expected),
                $"{listeners[i]} heard {burst.Samples.Length} samples of {talker} ({burst.Lost} packets lost), not the {expected.Length} that were said");
            Check(burst.ViaMulticast == (Listeners.Contains(listeners[i]) ? burst.Packets : 0),
                $"{listeners[i]} heard {burst.ViaMulticast} of {burst.Packets} packets by multicast");
            string way = burst.ViaMulticast > 0 ? "multicast" : "unicast";
            world.Ladder.Note($"{listeners[i]} heard {talker} by {way}: {burst.Samples.Length} samples, equal to what was said");
        }
        _summary.Add($"{string.Join(", ", listeners)} heard {talker}: {expected.Length} samples each, equal sample by sample");
    }

    private Task<BurstReceived>[] ExpectBursts(string talker) =>
        [.. DemoWorld.Members.Where(name => name != talker)
            .Select(name => Client(name).ExpectAsync<BurstReceived>(StepTimeout + TimeSpan.FromSeconds(speech.Length / (double)WavFile.SampleRate_Hz),
                burst => burst.Burst.Talker == EmbeddedOrganisation.McpttIdOf(talker)))];

    /// <summary>Whose profiles have multicast.</summary>
    private static readonly string[] Listeners = ["carol", "dave"];

    private static IEnumerable<string> GroupsOf(string name) => [GroupOf(name), EmbeddedOrganisation.PreconfiguredGroup];

    private int DistinctKeys() =>
        DemoWorld.Members.SelectMany(name => GroupsOf(name).SelectMany(group => Client(name).GmkIdsOf(group))).Distinct().Count();

    private McxEndpoint Client(string name) => world.Clients[name].Endpoint;

    private static string GroupOf(string name) => name is "alice" or "bob" ? EmbeddedOrganisation.FireGroup : EmbeddedOrganisation.AmbulanceGroup;

    private async Task UntilAsync(Func<McSystem, bool> condition, string difference)
    {
        long deadline_ms = Environment.TickCount64 + (long)StepTimeout.TotalMilliseconds;
        while (!await world.Server.InspectAsync(condition).ConfigureAwait(false))
        {
            Check(Environment.TickCount64 < deadline_ms, difference);
            await Task.Delay(5).ConfigureAwait(false);
        }
    }

    private static void Check(bool condition, string difference)
    {
        if (!condition)
            throw new DemoStepException(difference);
    }

    private Task StepAsync(string title, Func<Task> step) => StepAsync(title, async () =>
    {
        await step().ConfigureAwait(false);
        return true;
    });

    private async Task<T> StepAsync<T>(string title, Func<Task<T>> step)
    {
        world.Ladder.Step(title);
        try
        {
            return await step().ConfigureAwait(false);
        }
        catch (Exception e) when (e is DemoStepException or ToolException or TimeoutException)
        {
            throw new DemoStepException($"step {title}: {e.Message}", e);
        }
    }
}
