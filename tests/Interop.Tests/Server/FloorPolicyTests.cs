using System.Net;
using System.Text;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>Each floor policy of an organisation file, and each right, over real sockets.</summary>
public sealed class FloorPolicyTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly string Alice = PolicySystem.IdOf("alice"), Bob = PolicySystem.IdOf("bob");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_talk_at_the_same_time_and_a_third_hears_each_sample_of_both()
    {
        await using var system = new PolicySystem("max-talkers: 2");
        var (alice, bob, carol) = await ThreeAsync(system);
        Task<TalkerChanged> both = carol.Endpoint.ExpectAsync<TalkerChanged>(Soon, changed => changed.Talkers.Count == 2);
        Assert.Equal(FloorAnswer.Granted, await alice.Call.RequestFloorAsync(Cancellation));
        Assert.Equal(FloorAnswer.Granted, await bob.Call.RequestFloorAsync(Cancellation));
        Assert.Equal([Alice, Bob], (await both).Talkers.Order());

        Task<short[]>[] heard =
        [
            Heard(carol.Endpoint, Alice), Heard(carol.Endpoint, Bob), Heard(bob.Endpoint, Alice), Heard(alice.Endpoint, Bob),
        ];
        Assert.All(await Task.WhenAll(alice.Call.SayAsync(Tone(0.37), Cancellation), bob.Call.SayAsync(Tone(0.21), Cancellation)), Assert.True);

        short[][] samples = await Task.WhenAll(heard);
        Assert.Equal(Coded(Tone(0.37)), samples[0]);
        Assert.Equal(Coded(Tone(0.21)), samples[1]);
        Assert.Equal(Coded(Tone(0.37)), samples[2]);
        Assert.Equal(Coded(Tone(0.21)), samples[3]);
        // A third talker is one too many.
        Task<FloorQueued> queued = carol.Endpoint.ExpectAsync<FloorQueued>(Soon);
        Task<FloorAnswer> third = carol.Call.RequestFloorAsync(Cancellation);
        await queued;
        await bob.Call.ReleaseFloorAsync(Cancellation);
        Assert.Equal(FloorAnswer.Granted, await third.WaitAsync(Soon, Cancellation));
    }

    [Theory]
    [InlineData("both")]
    [InlineData("overriding")]
    public async Task With_dual_floor_an_emergency_overrides_the_talker_who_goes_on(string listeners)
    {
        await using var system = new PolicySystem($"dual-floor: true, dual-floor-listeners: {listeners}");
        var (alice, bob, carol) = await ThreeAsync(system);
        Assert.Equal(FloorAnswer.Granted, await bob.Call.RequestFloorAsync(Cancellation));
        Task<TalkerChanged> overridden = bob.Endpoint.ExpectAsync<TalkerChanged>(Soon, changed => changed.Overridden);
        Task<FloorGranted> granted = alice.Endpoint.ExpectAsync<FloorGranted>(Soon);

        await alice.Call.BecomeAsync(CallUrgency.Emergency, requestFloor: true, Cancellation);

        Assert.True((await granted).Overriding);
        Assert.Equal(Alice, (await overridden).Talker);
        Task<short[]> byBob = Heard(bob.Endpoint, Alice), byAlice = Heard(alice.Endpoint, Bob), byCarol = Heard(carol.Endpoint, Alice);
        Task<short[]> bobByCarol = Heard(carol.Endpoint, Bob);
        Assert.All(await Task.WhenAll(alice.Call.SayAsync(Tone(0.37), Cancellation), bob.Call.SayAsync(Tone(0.21), Cancellation)), Assert.True);
        foreach (Task<short[]> heard in (Task<short[]>[])[byBob, byCarol])
            Assert.Equal(Coded(Tone(0.37)), await heard);
        Assert.Equal(Coded(Tone(0.21)), await byAlice);
        if (listeners == "both")
        {
            Assert.Equal(Coded(Tone(0.21)), await bobByCarol);
            return;
        }
        // When the override is over, the talker is heard by all again; what it said before was heard by alice alone.
        await alice.Call.ReleaseFloorAsync(Cancellation);
        Assert.True(await bob.Call.SayAsync(Tone(0.5), Cancellation));
        Assert.Equal(Coded(Tone(0.5)), await bobByCarol);
    }

    [Fact]
    public async Task With_audio_cut_in_who_asks_gets_the_floor_at_once()
    {
        await using var system = new PolicySystem("audio-cut-in: true");
        var (alice, bob, _) = await ThreeAsync(system);
        Assert.Equal(FloorAnswer.Granted, await alice.Call.RequestFloorAsync(Cancellation));
        Task<FloorRevoked> revoked = alice.Endpoint.ExpectAsync<FloorRevoked>(Soon);

        Assert.Equal(FloorAnswer.Granted, await bob.Call.RequestFloorAsync(Cancellation).WaitAsync(Soon, Cancellation));

        Assert.Equal(4, (await revoked).Cause);
    }

    [Fact]
    public async Task In_a_broadcast_only_the_originator_talks_and_the_call_ends_with_its_talk()
    {
        await using var system = new PolicySystem(broadcast: "always");
        var (alice, bob, carol) = await ThreeAsync(system);
        Assert.Equal(FloorAnswer.Granted, await alice.Call.RequestFloorAsync(Cancellation));
        Task<FloorDenied> denied = bob.Endpoint.ExpectAsync<FloorDenied>(Soon);
        Assert.Equal(FloorAnswer.Denied, await bob.Call.RequestFloorAsync(Cancellation));
        Assert.Equal(5, (await denied).Cause);

        Task<short[]> heard = Heard(carol.Endpoint, Alice);
        Assert.True(await alice.Call.SayAsync(Tone(0.2), Cancellation));
        await alice.Call.ReleaseFloorAsync(Cancellation);

        Assert.Equal(Coded(Tone(0.2)), await heard);
        foreach (McxCall call in (McxCall[])[alice.Call, bob.Call, carol.Call])
            await call.Ended.WaitAsync(Soon, Cancellation);
        await system.LogAsync("call-released sip:fire@mcx.example: the broadcast is over", Cancellation);
    }

    [Fact]
    public async Task A_client_that_asked_for_a_broadcast_hangs_up_after_its_talk()
    {
        await using var system = new PolicySystem(broadcast: "allowed");
        var (alice, bob, _) = await ThreeAsync(system, new CallOptions { Broadcast = true });
        Assert.Equal(FloorAnswer.Granted, await alice.Call.TalkAsync(Tone(0.1), Cancellation));
        await alice.Call.Ended.WaitAsync(Soon, Cancellation);
        await bob.Call.Ended.WaitAsync(Soon, Cancellation);
    }

    [Fact]
    public async Task Only_who_is_authorised_pre_empts_by_an_emergency()
    {
        await using var system = new PolicySystem();
        var (alice, bob, carol) = await ThreeAsync(system);
        Assert.Equal(FloorAnswer.Granted, await carol.Call.RequestFloorAsync(Cancellation));

        // Bob claims it all the same, with the same priority as carol: it counts as a normal request.
        bob.Call.ClaimUrgency(CallUrgency.Emergency);
        Task<FloorQueued> queued = bob.Endpoint.ExpectAsync<FloorQueued>(Soon);
        _ = bob.Call.RequestFloorAsync(Cancellation);
        await queued;
        Assert.Contains($"{Bob}: a Floor Request claimed an emergency", await system.LogAsync("floor-message-refused", Cancellation), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(() => bob.Call.BecomeAsync(CallUrgency.Emergency, cancellation: Cancellation));
        Assert.Equal(403, refused.Status);
        Assert.Equal(MediaEngine.Floor.FloorParticipantState.U_HasPermission, carol.Call.FloorState);

        Task<FloorRevoked> revoked = carol.Endpoint.ExpectAsync<FloorRevoked>(Soon);
        alice.Call.ClaimUrgency(CallUrgency.Emergency);
        Assert.Equal(FloorAnswer.Granted, await alice.Call.RequestFloorAsync(Cancellation).WaitAsync(Soon, Cancellation));
        Assert.Equal(4, (await revoked).Cause);
    }

    [Fact]
    public async Task An_emergency_call_is_for_who_is_authorised()
    {
        await using var system = new PolicySystem();
        var urgent = new CallOptions { Urgency = CallUrgency.Emergency, ImplicitFloorRequest = true };
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(() => system.MeetAsync(Cancellation, urgent, null, "bob", "alice"));
        Assert.Equal((403, 100), (refused.Status, Assert.Single(refused.Warnings).McCode));

        await using var other = new PolicySystem();
        var (alice, bob, _) = await ThreeAsync(other, urgent);
        Assert.Equal(FloorAnswer.Granted, await alice.Call.RequestFloorAsync(Cancellation).WaitAsync(Soon, Cancellation));
    }

    [Fact]
    public async Task Who_talked_too_long_is_denied_until_T9_is_over()
    {
        await using var system = new PolicySystem("t2-stop-talking: 1, t9-retry-after: 60");
        var (alice, _, _) = await ThreeAsync(system);
        Assert.Equal(FloorAnswer.Granted, await alice.Call.RequestFloorAsync(Cancellation));
        Task<FloorRevoked> revoked = alice.Endpoint.ExpectAsync<FloorRevoked>(Soon);
        Assert.False(await alice.Call.SayAsync(Tone(10), Cancellation));
        Assert.Equal(2, (await revoked).Cause);
        await alice.Call.ReleaseFloorAsync(Cancellation);

        Task<FloorDenied> denied = alice.Endpoint.ExpectAsync<FloorDenied>(Soon);
        Assert.Equal(FloorAnswer.Denied, await alice.Call.RequestFloorAsync(Cancellation));
        Assert.Equal(4, (await denied).Cause);
    }

    [Fact]
    public async Task An_authorised_member_takes_requests_out_of_the_queue_and_no_other()
    {
        await using var system = new PolicySystem();
        var (alice, bob, carol) = await ThreeAsync(system);
        Assert.Equal(FloorAnswer.Granted, await alice.Call.RequestFloorAsync(Cancellation));
        Task<FloorQueued> queued = bob.Endpoint.ExpectAsync<FloorQueued>(Soon);
        Task<FloorAnswer> waiting = bob.Call.RequestFloorAsync(Cancellation);
        await queued;

        alice.Call.CancelQueued(Bob);
        Assert.Contains($"{Alice}: it may not send Floor QueuedFloorRequests", await system.LogAsync("floor-message-refused", Cancellation), StringComparison.Ordinal);
        Assert.False(waiting.IsCompleted);

        Task<QueueCancelled> result = carol.Endpoint.ExpectAsync<QueueCancelled>(Soon);
        Task<FloorRequestCancelled> told = bob.Endpoint.ExpectAsync<FloorRequestCancelled>(Soon);
        carol.Call.CancelQueued(Bob);
        Assert.Equal(0, (await result).Result);
        await told;
        Assert.Equal(FloorAnswer.Revoked, await waiting.WaitAsync(Soon, Cancellation));
    }

    [Fact]
    public async Task An_authorised_member_revokes_a_talker()
    {
        await using var system = new PolicySystem();
        var (alice, bob, carol) = await ThreeAsync(system);
        Assert.Equal(FloorAnswer.Granted, await alice.Call.RequestFloorAsync(Cancellation));
        Task<FloorRevoked> revoked = alice.Endpoint.ExpectAsync<FloorRevoked>(Soon);
        bob.Call.RevokeTalker(Alice);
        await system.LogAsync("floor-message-refused", Cancellation);
        Assert.False(revoked.IsCompleted);

        carol.Call.RevokeTalker(Alice);

        Assert.Equal(7, (await revoked).Cause);
    }

    [Fact]
    public async Task The_SDP_answer_grants_the_floor_and_no_Floor_Granted_follows()
    {
        await using var system = new PolicySystem();
        var tap = new CallerTap();
        (McxEndpoint Endpoint, McxCall Call)[] members = await system.MeetAsync(
            Cancellation, new CallOptions { ImplicitFloorRequest = true }, tap, "alice", "bob");

        Assert.Equal(FloorAnswer.Granted, await members[0].Call.RequestFloorAsync(Cancellation).WaitAsync(Soon, Cancellation));
        Task<short[]> heard = Heard(members[1].Endpoint, Alice);
        Assert.True(await members[0].Call.SayAsync(Tone(0.2), Cancellation));
        Assert.Equal(Coded(Tone(0.2)), await heard);

        Assert.Contains(tap.Sip, message => message.StartsWith("SIP/2.0 200", StringComparison.Ordinal) && message.Contains("mc_granted", StringComparison.Ordinal));
        Assert.Equal(0, tap.FloorMessages);
    }

    [Fact]
    public async Task Who_asks_for_privacy_is_not_named()
    {
        await using var system = new PolicySystem("anonymous-identity: \"sip:somebody@mcx.example\"");
        var (alice, bob, _) = await ThreeAsync(system, new CallOptions { Privacy = true });
        Task<TalkerChanged> talks = bob.Endpoint.ExpectAsync<TalkerChanged>(Soon);
        Task<TalkerChanged> bobTalks = alice.Endpoint.ExpectAsync<TalkerChanged>(Soon, changed => changed.Talker is not null);
        await alice.Call.TalkAsync(Tone(0.1), Cancellation);
        Assert.Equal("sip:somebody@mcx.example", (await talks).Talker);
        await bob.Call.TalkAsync(Tone(0.1), Cancellation);
        Assert.Equal(Bob, (await bobTalks).Talker);
    }

    private static async Task<((McxEndpoint Endpoint, McxCall Call) Alice, (McxEndpoint Endpoint, McxCall Call) Bob, (McxEndpoint Endpoint, McxCall Call) Carol)>
        ThreeAsync(PolicySystem system, CallOptions? options = null)
    {
        (McxEndpoint Endpoint, McxCall Call)[] members = await system.MeetAsync(Cancellation, options, null, "alice", "bob", "carol");
        return (members[0], members[1], members[2]);
    }

    private static async Task<short[]> Heard(McxEndpoint endpoint, string talker) =>
        (await endpoint.ExpectAsync<BurstReceived>(Soon, burst => burst.Burst.Talker == talker, Cancellation)).Burst.Samples;

    private static short[] Tone(double seconds) =>
        [.. Enumerable.Range(0, (int)(seconds * WavFile.SampleRate_Hz)).Select(i => (short)(12_000 * Math.Sin(i * seconds)))];

    // A packet holds 20 ms, the last one is filled with silence.
    private static short[] Coded(short[] samples) => [.. Enumerable.Range(0, (samples.Length + 159) / 160 * 160)
        .Select(i => G711.DecodeALaw(i < samples.Length ? G711.EncodeALaw(samples[i]) : G711.Silence))];

    /// <summary>What came to the caller.</summary>
    private sealed class CallerTap : IEndpointTap
    {
        private readonly Lock _lock = new();
        private readonly List<string> _sip = [];
        private int _floorMessages;

        public IReadOnlyList<string> Sip
        {
            get
            {
                lock (_lock)
                    return [.. _sip];
            }
        }

        public int FloorMessages => Volatile.Read(ref _floorMessages);

        void IEndpointTap.Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message)
        {
            lock (_lock)
                _sip.Add(Encoding.UTF8.GetString(message));
        }

        public void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
        {
        }

        public void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
        {
            if (!sent)
                Interlocked.Increment(ref _floorMessages);
        }
    }
}
