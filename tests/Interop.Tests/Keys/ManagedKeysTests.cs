using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Srtp;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>A system whose keys are all made and carried by MIKEY-SAKKE, on real sockets from end to end.</summary>
public sealed class ManagedKeysTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clients_get_the_groups_key_and_a_call_under_it_is_heard_sample_by_sample()
    {
        await using var system = new ManagedSystem();
        await system.StartAsync();
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob");
        (McxCall call, _) = await CallAsync(alice, bob, ManagedSystem.Fire);
        Assert.Equal(alice.GmkIdsOf(ManagedSystem.Fire), bob.GmkIdsOf(ManagedSystem.Fire));
        Assert.Single(alice.GmkIdsOf(ManagedSystem.Fire));
        Assert.NotEqual(alice.MkiOf(ManagedSystem.Fire), bob.MkiOf(ManagedSystem.Fire));
        short[] said = Tone(0.3);
        Task<BurstReceived> heard = bob.ExpectAsync<BurstReceived>(Soon);
        Assert.Equal(FloorAnswer.Granted, await call.TalkAsync(said, Cancellation));
        Assert.Equal(G711.RoundTrip(said), (await heard).Burst.Samples);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_rotated_in_mid_call_takes_over_without_a_lost_or_repeated_packet(bool regroup)
    {
        await using var system = new ManagedSystem(lead_s: 1, overlap_s: 1);
        await system.StartAsync();
        var tap = new MediaTap();
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob", tap);
        string called = regroup ? ManagedSystem.Incident : ManagedSystem.Fire, keyGroup = regroup ? ManagedSystem.Major : ManagedSystem.Fire;
        (McxCall call, McxCall heardBy) = await CallAsync(alice, bob, called);
        string oldKey = Assert.Single(alice.GmkIdsOf(called));

        // Activation is 1 to 2 s off, the old key's end 1 s later: it ends while alice talks.
        short[] said = Tone(4);
        Task<BurstReceived> heard = bob.ExpectAsync<BurstReceived>(Soon);
        Task<GroupKeyRetired>[] retired = [.. new[] { alice, bob }.Select(endpoint => endpoint.ExpectAsync<GroupKeyRetired>(Soon, key => key.GmkId == oldKey))];
        Task<FloorAnswer> talking = call.TalkAsync(said, Cancellation);
        await alice.RotateKeyAsync(keyGroup, Cancellation);
        Assert.Equal(FloorAnswer.Granted, await talking);
        Assert.Equal(G711.RoundTrip(said), (await heard).Burst.Samples);
        await Task.WhenAll(retired);

        Assert.Equal(0, heardBy.Undecryptable);
        Assert.Equal(0, system.Server.MediaCounters.DroppedTotal);
        byte[][] packets = [.. tap.Received];
        Assert.Single(packets.Select(packet => MediaTap.HeaderOf(packet).Ssrc).Distinct());
        ushort first = MediaTap.HeaderOf(packets[0]).SequenceNumber;
        Assert.Equal(
            Enumerable.Range(0, said.Length / G711.Packet_samples).Select(i => unchecked((ushort)(first + i))),
            packets.Select(packet => MediaTap.HeaderOf(packet).SequenceNumber));
        KeyIdentifier[] keys = [.. packets.Select(MediaTap.GmkIdOf)];
        string newKey = Assert.Single(alice.GmkIdsOf(called));
        Assert.Equal([oldKey, newKey], keys.Distinct().Select(key => key.ToString()));
        int switched = Array.FindLastIndex(keys, key => key.ToString() == oldKey) + 1;
        Assert.All(keys[switched..], key => Assert.Equal(newKey, key.ToString()));
    }

    [Fact]
    public async Task Restarted_clients_and_a_restarted_server_hold_the_same_keys_without_sending_them_again()
    {
        await using var system = new ManagedSystem();
        await system.StartAsync();
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob");
        foreach (McxEndpoint endpoint in (McxEndpoint[])[alice, bob])
        {
            await endpoint.RegisterAsync(Cancellation);
            foreach (string group in (string[])[ManagedSystem.Fire, ManagedSystem.Major])
                await endpoint.WaitForKeyAsync(group, Soon, Cancellation);
        }
        await system.HeardAllAnswersAsync();
        await CallAsync(alice, bob, ManagedSystem.Fire);
        IReadOnlyList<string> keys = alice.GmkIdsOf(ManagedSystem.Fire);
        string firstCsk = alice.ClientServerKey.Id.ToString();
        await alice.DisposeAsync();
        await bob.DisposeAsync();
        await system.StartAsync();

        MediaTap tap = new(), bobsTap = new();
        alice = system.Endpoint("alice", tap);
        bob = system.Endpoint("bob", bobsTap);
        Assert.Equal(keys, alice.GmkIdsOf(ManagedSystem.Fire));
        (McxCall call, _) = await CallAsync(alice, bob, ManagedSystem.Fire);
        Assert.NotEqual(firstCsk, alice.ClientServerKey.Id.ToString());
        Task<BurstReceived> heard = bob.ExpectAsync<BurstReceived>(Soon);
        short[] said = Tone(0.2);
        await call.TalkAsync(said, Cancellation);
        Assert.Equal(G711.RoundTrip(said), (await heard).Burst.Samples);
        Assert.Equal(keys[0], MediaTap.GmkIdOf(bobsTap.Received[0]).ToString());
        Assert.Equal((0, 0), (tap.KeyMessages, bobsTap.KeyMessages));
    }

    [Fact]
    public async Task A_removed_member_cannot_decrypt_after_the_lead()
    {
        await using var system = new ManagedSystem();
        await system.StartAsync("alice", "bob", "carol");
        var tap = new MediaTap();
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob"), carol = system.Endpoint("carol", tap);
        foreach (McxEndpoint endpoint in (McxEndpoint[])[alice, bob, carol])
        {
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.WaitForKeyAsync(ManagedSystem.Fire, Soon, Cancellation);
        }
        string known = Assert.Single(bob.GmkIdsOf(ManagedSystem.Fire));

        await system.StartAsync("alice", "carol");
        Task<GroupKeyRetired>[] retired = [.. new[] { alice, carol }.Select(endpoint => endpoint.ExpectAsync<GroupKeyRetired>(Soon, key => key.GmkId == known))];
        foreach (McxEndpoint endpoint in (McxEndpoint[])[alice, bob, carol])
            await endpoint.RegisterAsync(Cancellation);
        await Task.WhenAll(retired);
        (McxCall call, _) = await CallAsync(alice, carol, ManagedSystem.Fire);
        Task<BurstReceived> heard = carol.ExpectAsync<BurstReceived>(Soon);
        short[] said = Tone(0.2);
        await call.TalkAsync(said, Cancellation);
        Assert.Equal(G711.RoundTrip(said), (await heard).Burst.Samples);

        // Everything bob was ever given, his file included.
        using var eavesdropper = new GroupMediaReceiver(SrtpPolicy.GroupMedia);
        KeptKey[] kept = [.. new KeyFile(system.KeyFileOf("bob"), ManagedSystem.IdOf("bob")).Load().Keys];
        Assert.Contains(known, kept.Select(key => key.Key.Id.ToString()));
        foreach (KeptKey key in kept)
            eavesdropper.AddGroupKey(key.Key.ToGroupMasterKey());
        Assert.NotEmpty(tap.Received);
        Assert.All(tap.Received, packet =>
            Assert.Equal(SrtpOutcome.UnknownMki, eavesdropper.Unprotect(packet, new byte[packet.Length], out _, out _)));
        await Assert.ThrowsAsync<ServerRefusedException>(() => bob.AffiliateAsync([ManagedSystem.Fire], Cancellation));
    }

    [Fact]
    public async Task Nothing_is_said_while_no_key_is_in_force()
    {
        await using var system = new ManagedSystem();
        await system.StartAsync();
        var time = new ManualTime();
        var tap = new MediaTap();
        McxEndpoint alice = system.Endpoint("alice", time: time), bob = system.Endpoint("bob", tap);
        (McxCall call, _) = await CallAsync(alice, bob, ManagedSystem.Fire);
        // Before the first key's activation.
        time.Now = time.Now.AddHours(-1);
        Assert.Null(alice.MkiOf(ManagedSystem.Fire));
        Task<EndpointWarning> told = alice.ExpectAsync<EndpointWarning>(Soon);
        Assert.Equal(FloorAnswer.Granted, await call.RequestFloorAsync(Cancellation));
        Assert.False(await call.SayAsync(Tone(0.1), Cancellation));
        Assert.Contains("no group master key", (await told).Text, StringComparison.Ordinal);
        Assert.Empty(tap.Received);
    }

    [Fact]
    public async Task A_user_without_the_authorisation_gets_no_new_key()
    {
        await using var system = new ManagedSystem();
        await system.StartAsync();
        McxEndpoint bob = system.Endpoint("bob");
        await bob.RegisterAsync(Cancellation);
        await bob.WaitForKeyAsync(ManagedSystem.Fire, Soon, Cancellation);
        var error = await Assert.ThrowsAsync<ServerRefusedException>(() => bob.RotateKeyAsync(ManagedSystem.Fire, Cancellation));
        Assert.Equal(403, error.Status);
        Assert.NotEmpty(error.Warnings);
        Assert.Single(bob.GmkIdsOf(ManagedSystem.Fire));
    }

    /// <summary>Registers both, lets them affiliate and wait for their keys, forms the regroup if that is called, and calls.</summary>
    private static async Task<(McxCall Outgoing, McxCall Incoming)> CallAsync(McxEndpoint caller, McxEndpoint called, string group)
    {
        foreach (McxEndpoint endpoint in (McxEndpoint[])[caller, called])
        {
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([ManagedSystem.Fire], Cancellation);
        }
        if (group == ManagedSystem.Incident)
            await caller.CreateRegroupAsync(ManagedSystem.Incident, ManagedSystem.Major, [ManagedSystem.Fire, ManagedSystem.Rail], [], Cancellation);
        await caller.WaitForKeyAsync(group, Soon, Cancellation);
        await called.WaitForKeyAsync(group, Soon, Cancellation);
        Task<CallUp> up = called.ExpectAsync<CallUp>(Soon);
        McxCall outgoing = await caller.CallAsync(group, null, Cancellation);
        await up;
        return (outgoing, Assert.Single(called.Calls));
    }

    private static short[] Tone(double seconds) =>
        [.. Enumerable.Range(0, (int)(seconds * WavFile.SampleRate_Hz)).Select(i => (short)(12_000 * Math.Sin(i * 0.37)))];
}
