using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class McxEndpointTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SipTransportKind.Tcp, false)]
    [InlineData(SipTransportKind.Udp, false)]
    [InlineData(SipTransportKind.Tcp, true)]
    public async Task A_regroup_is_formed_called_talked_in_and_cancelled(SipTransportKind transport, bool multicast)
    {
        await using var system = new SmallSystem(multicast);
        McxEndpoint alice = system.Endpoint("alice", transport);
        McxEndpoint bob = system.Endpoint("bob", transport, multicast);
        McxEndpoint carol = system.Endpoint("carol", transport, multicast);
        Task[] listening = multicast ? [bob.ExpectAsync<BearerListened>(Soon), carol.ExpectAsync<BearerListened>(Soon)] : [];
        foreach (McxEndpoint endpoint in (McxEndpoint[])[alice, bob, carol])
        {
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([endpoint == carol ? SmallSystem.Rail : SmallSystem.Fire], Cancellation);
        }

        await Task.WhenAll(listening);
        Task<RegroupNotified>[] notices = [.. new[] { alice, bob, carol }.Select(endpoint => endpoint.ExpectAsync<RegroupNotified>(Soon))];
        await alice.CreateRegroupAsync(SmallSystem.Incident, SmallSystem.Major, [SmallSystem.Fire, SmallSystem.Rail], [], Cancellation);
        foreach (RegroupNotified notice in await Task.WhenAll(notices))
        {
            Assert.Equal((RegroupAction.Create, SmallSystem.Incident, SmallSystem.Major), (notice.Action, notice.RegroupUri, notice.PreconfiguredGroup));
            Assert.Equal([SmallSystem.Fire, SmallSystem.Rail], notice.Groups);
        }

        Task<CallUp>[] ups = [.. new[] { bob, carol }.Select(endpoint => endpoint.ExpectAsync<CallUp>(Soon))];
        Task<BurstReceived>[] heard = [.. new[] { bob, carol }.Select(endpoint => endpoint.ExpectAsync<BurstReceived>(Soon))];
        McxCall call = await alice.CallAsync(SmallSystem.Incident, null, Cancellation);
        await system.HasLegsAsync(3);
        foreach (CallUp up in await Task.WhenAll(ups))
            Assert.Equal((SmallSystem.Incident, false), (up.Group, up.Outgoing));
        short[] said = Tone(0.3);
        Task[] mapped = multicast ? [bob.ExpectAsync<SubchannelListened>(Soon), carol.ExpectAsync<SubchannelListened>(Soon)] : [];
        Assert.Equal(FloorAnswer.Granted, await call.RequestFloorAsync(Cancellation));
        await Task.WhenAll(mapped);
        Assert.Equal(FloorAnswer.Granted, await call.TalkAsync(said, Cancellation));
        foreach (BurstReceived burst in await Task.WhenAll(heard))
        {
            Assert.Equal(SmallSystem.IdOf("alice"), burst.Burst.Talker);
            Assert.Equal(Coded(said), burst.Burst.Samples);
            Assert.Equal(multicast ? burst.Burst.Packets : 0, burst.Burst.ViaMulticast);
        }

        Task<CallEnded>[] ends = [.. new[] { bob, carol }.Select(endpoint => endpoint.ExpectAsync<CallEnded>(Soon))];
        Task<RegroupNotified> cancelled = carol.ExpectAsync<RegroupNotified>(Soon);
        await alice.CancelRegroupAsync(SmallSystem.Incident, Cancellation);
        Assert.Equal(RegroupAction.Remove, (await cancelled).Action);
        foreach (CallEnded end in await Task.WhenAll(ends))
            Assert.True(end.ByPeer);
        await call.Ended.WaitAsync(Soon, Cancellation);
        Assert.Empty(carol.Regroups);
        Assert.Empty(carol.Calls);
    }

    [Fact]
    public async Task One_talks_while_the_other_waits_in_the_queue()
    {
        await using var system = new SmallSystem();
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob");
        (McxCall byAlice, McxCall byBob) = await CallAsync(alice, bob);
        Assert.Equal(FloorAnswer.Granted, await byAlice.RequestFloorAsync(Cancellation));
        Task<FloorQueued> queued = bob.ExpectAsync<FloorQueued>(Soon);
        Task<FloorAnswer> answer = byBob.RequestFloorAsync(Cancellation);
        Assert.Equal(1, (await queued).Position);
        Assert.False(answer.IsCompleted);
        Task<BurstReceived> heard = alice.ExpectAsync<BurstReceived>(Soon);
        await byAlice.ReleaseFloorAsync(Cancellation);
        Assert.Equal(FloorAnswer.Granted, await answer.WaitAsync(Soon, Cancellation));
        Assert.True(await byBob.SayAsync(Tone(0.1), Cancellation));
        Assert.Equal(SmallSystem.IdOf("bob"), (await heard).Burst.Talker);
    }

    [Fact]
    public async Task An_implicit_floor_request_is_granted_with_the_call()
    {
        await using var system = new SmallSystem();
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob");
        (McxCall byAlice, _) = await CallAsync(alice, bob, new CallOptions { ImplicitFloorRequest = true });
        Assert.Equal(FloorAnswer.Granted, await byAlice.RequestFloorAsync(Cancellation).WaitAsync(Soon, Cancellation));
    }

    [Fact]
    public async Task Hanging_up_ends_the_call_for_the_other_side_too()
    {
        await using var system = new SmallSystem();
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob");
        (McxCall byAlice, McxCall byBob) = await CallAsync(alice, bob);
        Task<FloorAnswer> answer = byBob.RequestFloorAsync(Cancellation);
        await answer;
        await byAlice.HangUpAsync();
        await byBob.Ended.WaitAsync(Soon, Cancellation);
        Assert.Equal(FloorAnswer.CallEnded, await byBob.RequestFloorAsync(Cancellation));
        Assert.Empty(alice.Calls);
    }

    [Fact]
    public async Task Bursts_and_captures_are_written_and_an_analyser_reads_them()
    {
        await using var system = new SmallSystem();
        string heardFolder = system.File("heard");
        await using var capture = new PcapWriter(system.File("bob.pcap"));
        McxEndpoint alice = system.Endpoint("alice");
        McxEndpoint bob = system.Endpoint("bob", options: new EndpointOptions { OutputDirectory = heardFolder, Tap = new PcapTap(capture) });
        (McxCall byAlice, McxCall byBob) = await CallAsync(alice, bob);
        Task<BurstReceived> heard = bob.ExpectAsync<BurstReceived>(Soon);
        short[] said = Tone(0.2);
        await byAlice.TalkAsync(said, Cancellation);
        BurstReceived burst = await heard;
        Assert.Equal(Coded(said), WavFile.Read(burst.File!));
        Assert.Equal(heardFolder, Path.GetDirectoryName(burst.File));
        await byBob.HangUpAsync();
        await bob.DisposeAsync();
        await capture.DisposeAsync();

        string[] sip = Tshark.Run("-r", system.File("bob.pcap"), "-Y", "sip", "-T", "fields", "-e", "sip.CSeq.method", "-e", "sip.Status-Code");
        Assert.Equal(
            ["REGISTER\t", "REGISTER\t401", "REGISTER\t", "REGISTER\t200", "PUBLISH\t", "PUBLISH\t200", "INVITE\t"], sip[..7]);
        Assert.Contains("ACK\t", sip);
        Assert.Equal("BYE\t200", sip[^1]);
        var keys = new CaptureKeys();
        keys.AddClientServerKey(bob.ClientServerKey, bob.Profile.McpttId);
        keys.AddGroupKey(bob.Profile.KeyOf(SmallSystem.Fire)!, []);
        using var decryptor = new CaptureDecryptor(keys);
        DecryptSummary summary;
        await using (var clear = new PcapWriter(system.File("clear.pcap")))
            summary = await decryptor.DecryptAsync(system.File("bob.pcap"), clear, Cancellation);
        Assert.Equal((10, 0), (summary.Media, summary.Failed));
        string[] floor = Tshark.Run(
            ["-r", system.File("clear.pcap"), "-o", "sdp.establish_conversation:FALSE", .. summary.FloorPorts.SelectMany(port => (string[])["-d", $"udp.port=={port},rtcp"]),
                "-Y", "rtcp.app.subtype == 2 || rtcp.app.subtype == 18", "-T", "fields", "-e", "rtcp.mcptt.granted_partys_id"]);
        Assert.Equal([SmallSystem.IdOf("alice")], floor.Distinct());
    }

    [Fact]
    public async Task A_wrong_password_is_a_refusal_that_says_where_to_look()
    {
        await using var system = new SmallSystem();
        McxEndpoint alice = system.Endpoint("alice", password: "wrong");
        var error = await Assert.ThrowsAsync<ServerRefusedException>(() => alice.RegisterAsync(Cancellation));
        Assert.Equal(ToolExit.Refused, error.ExitCode);
        Assert.Contains("registration of sip:u-alice@mcx.example was refused: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_regroup_carries_the_servers_warning()
    {
        await using var system = new SmallSystem();
        McxEndpoint bob = system.Endpoint("bob");
        await bob.RegisterAsync(Cancellation);
        var error = await Assert.ThrowsAsync<ServerRefusedException>(() =>
            bob.CreateRegroupAsync(SmallSystem.Incident, SmallSystem.Major, [SmallSystem.Fire], [], Cancellation));
        Assert.Equal(403, error.Status);
        Assert.Equal(160, Assert.Single(error.Warnings).McCode);
    }

    [Fact]
    public async Task A_call_without_key_is_not_placed()
    {
        await using var system = new SmallSystem();
        McxEndpoint bob = system.Endpoint("bob");
        await bob.RegisterAsync(Cancellation);
        var error = await Assert.ThrowsAsync<ToolException>(() => bob.CallAsync(SmallSystem.Rail, null, Cancellation));
        Assert.Contains($"no group master key for {SmallSystem.Rail}", error.Message, StringComparison.Ordinal);
    }

    private static async Task<(McxCall Outgoing, McxCall Incoming)> CallAsync(McxEndpoint caller, McxEndpoint called, CallOptions? options = null)
    {
        foreach (McxEndpoint endpoint in (McxEndpoint[])[caller, called])
        {
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([SmallSystem.Fire], Cancellation);
        }
        Task<CallUp> up = called.ExpectAsync<CallUp>(Soon);
        McxCall outgoing = await caller.CallAsync(SmallSystem.Fire, options, Cancellation);
        await up;
        return (outgoing, Assert.Single(called.Calls));
    }

    private static short[] Tone(double seconds) =>
        [.. Enumerable.Range(0, (int)(seconds * WavFile.SampleRate_Hz)).Select(i => (short)(12_000 * Math.Sin(i * 0.37)))];

    private static short[] Coded(short[] samples) => [.. samples.Select(sample => G711.DecodeALaw(G711.EncodeALaw(sample)))];
}
