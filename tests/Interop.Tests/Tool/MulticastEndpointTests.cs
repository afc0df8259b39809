using System.Net;
using System.Net.Sockets;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Srtp;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>A real server and real clients over multicast sockets on loopback. alice calls; bob may listen to the bearer.</summary>
public sealed class MulticastEndpointTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_for_all_comes_once_on_the_subchannel_to_who_listens_and_by_unicast_to_who_does_not()
    {
        using FloorRecorder ofAlice = new(), ofBob = new();
        await using var system = new SmallSystem(multicast: true);
        McxEndpoint alice = system.Endpoint("alice", options: new EndpointOptions { Tap = ofAlice });
        McxEndpoint bob = system.Endpoint("bob", multicast: true, options: new EndpointOptions { Tap = ofBob });
        McxCall byAlice = await CallAsync(alice, bob);
        await GrantAndListenAsync(byAlice, bob);
        McxCall byBob = Assert.Single(bob.Calls);
        Assert.Equal(system.Bearer.MediaPort, byBob.Multicast!.Port);
        ofAlice.Heard.Clear();
        ofBob.Heard.Clear();

        Task<TalkerChanged> free = bob.ExpectAsync<TalkerChanged>(Soon, changed => changed.Talker is null);
        await byAlice.ReleaseFloorAsync(Cancellation);
        await free;
        Task<TalkerChanged> aliceTalks = bob.ExpectAsync<TalkerChanged>(Soon, changed => changed.Talker == SmallSystem.IdOf("alice"));
        Assert.Equal(FloorAnswer.Granted, await byAlice.RequestFloorAsync(Cancellation));
        await aliceTalks;
        await byAlice.ReleaseFloorAsync(Cancellation);

        await Eventually.IsTrueAsync(() => Changes(ofBob).Length >= 3 && Changes(ofAlice).Length >= 3);
        Assert.Equal(["multicast Idle", "multicast Taken", "multicast Idle"], Changes(ofBob));
        Assert.Equal(["unicast Idle", "unicast Granted", "unicast Idle"], Changes(ofAlice));
        Assert.Equal(0, byBob.Undecryptable);
    }

    [Fact]
    public async Task A_client_that_stops_listening_is_served_by_unicast_again()
    {
        using FloorRecorder ofBob = new();
        await using var system = new SmallSystem(multicast: true);
        McxEndpoint alice = system.Endpoint("alice");
        McxEndpoint bob = system.Endpoint("bob", multicast: true, options: new EndpointOptions { Tap = ofBob });
        McxCall byAlice = await CallAsync(alice, bob);
        await GrantAndListenAsync(byAlice, bob);

        await bob.StopListeningAsync(Cancellation);
        ofBob.Heard.Clear();
        Task<BurstReceived> heard = bob.ExpectAsync<BurstReceived>(Soon);
        short[] said = [.. Enumerable.Range(0, 1600).Select(i => (short)(8000 * Math.Sin(i * 0.3)))];
        Assert.True(await byAlice.SayAsync(said, Cancellation));
        await byAlice.ReleaseFloorAsync(Cancellation);

        BurstReceived burst = await heard;
        Assert.Equal((10, 0, 0), (burst.Burst.Packets, burst.Burst.Lost, burst.Burst.ViaMulticast));
        await Eventually.IsTrueAsync(() => !ofBob.Heard.IsEmpty);
        Assert.Equal(["unicast Idle"], Changes(ofBob));
        Assert.Null(Assert.Single(bob.Calls).Multicast);
        Assert.Null(bob.Tmgi);
    }

    [Fact]
    public async Task The_end_of_a_call_is_said_on_the_bearer_and_the_next_one_is_mapped_anew()
    {
        await using var system = new SmallSystem(multicast: true);
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob", multicast: true);
        McxCall first = await CallAsync(alice, bob);
        await GrantAndListenAsync(first, bob);
        Task<CallEnded> ended = bob.ExpectAsync<CallEnded>(Soon);
        await first.HangUpAsync();
        await ended;

        McxCall second = await alice.CallAsync(SmallSystem.Fire, null, Cancellation);
        await GrantAndListenAsync(second, bob);

        Assert.NotNull(Assert.Single(bob.Calls).Multicast);
    }

    [Fact]
    public async Task Forged_and_replayed_mappings_change_nothing()
    {
        using FloorRecorder ofBob = new();
        await using var system = new SmallSystem(multicast: true);
        McxEndpoint alice = system.Endpoint("alice");
        McxEndpoint bob = system.Endpoint("bob", multicast: true, options: new EndpointOptions { Tap = ofBob });
        McxCall byAlice = await CallAsync(alice, bob);
        await GrantAndListenAsync(byAlice, bob);
        IPEndPoint? before = Assert.Single(bob.Calls).Multicast;
        await Eventually.IsTrueAsync(() => !ofBob.Mappings.IsEmpty);
        Assert.True(ofBob.Mappings.TryPeek(out byte[]? genuine));
        byte[] forged = Map("239.192.99.99", SmallSystem.MscckOf(value: 0x51));
        int refused = bob.RefusedOnBearer;

        using var attacker = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        attacker.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Loopback.GetAddressBytes());
        foreach (byte[] datagram in (byte[][])[genuine, forged, genuine[..20], []])
            attacker.SendTo(datagram, system.Bearer.GeneralPurpose);

        await Eventually.IsTrueAsync(() => bob.RefusedOnBearer >= refused + 4);
        Assert.Equal(before, Assert.Single(bob.Calls).Multicast);
    }

    [Fact]
    public async Task Who_has_another_MSCCK_is_never_mapped_and_hears_by_unicast()
    {
        await using var system = new SmallSystem(multicast: true);
        McxEndpoint alice = system.Endpoint("alice");
        McxEndpoint bob = system.Endpoint("bob", multicast: true, bearerKey: SmallSystem.MscckOf(value: 0x51));
        McxCall byAlice = await CallAsync(alice, bob);
        Task<TalkerChanged> told = bob.ExpectAsync<TalkerChanged>(Soon, changed => changed.Talker == SmallSystem.IdOf("alice"));
        Assert.Equal(FloorAnswer.Granted, await byAlice.RequestFloorAsync(Cancellation));
        await told;

        await Eventually.IsTrueAsync(() => bob.RefusedOnBearer >= 2);
        Assert.Null(Assert.Single(bob.Calls).Multicast);
    }

    [Fact]
    public async Task Floor_control_under_another_key_is_not_believed()
    {
        await using var system = new SmallSystem(multicast: true);
        McxEndpoint alice = system.Endpoint("alice");
        McxEndpoint bob = system.Endpoint("bob", multicast: true, floorKey: SmallSystem.FloorKeyOf(0, value: 0x71));
        McxCall byAlice = await CallAsync(alice, bob);
        await GrantAndListenAsync(byAlice, bob);
        McxCall byBob = Assert.Single(bob.Calls);

        await byAlice.ReleaseFloorAsync(Cancellation);

        await Eventually.IsTrueAsync(() => byBob.Undecryptable > 0);
        Assert.Equal(SmallSystem.IdOf("alice"), byBob.Talker);
    }

    /// <summary>Without what is repeated: Floor Idle on T7.</summary>
    private static string[] Changes(FloorRecorder recorder)
    {
        string[] heard = [.. recorder.Heard];
        return [.. heard.Where((message, i) => i == 0 || heard[i - 1] != message)];
    }

    private static byte[] Map(string address, McxKey key)
    {
        using McxKey mscck = key;
        using SrtpMasterKey master = mscck.DeriveMasterKey(CryptoSession.McpttMulticastSignalling, mscck.Id);
        using var sender = new SrtpSender(master, SrtpPolicy.Control);
        byte[] buffer = new byte[512];
        var writer = new SubchannelMessageWriter(buffer, SubchannelMessageType.MapGroupToBearer, 0x1234_5678);
        writer.AddMcpttGroupId(System.Text.Encoding.UTF8.GetBytes(SmallSystem.Fire));
        writer.AddTmgi(Convert.FromHexString("00000100f110"));
        writer.AddMbmsSubchannel(new MbmsSubchannel
        {
            AudioMediaLine = 2,
            FloorMediaLine = 3,
            MediaPort = 5000,
            FloorPort = 5001,
            Address = IPAddress.Parse(address).GetAddressBytes(),
        });
        Assert.Equal(SrtpOutcome.Ok, sender.ProtectRtcp(buffer, writer.Complete(), out int length));
        return buffer[..length];
    }

    private static async Task<McxCall> CallAsync(McxEndpoint caller, McxEndpoint called)
    {
        Task<BearerListened> listening = called.ExpectAsync<BearerListened>(Soon);
        foreach (McxEndpoint endpoint in (McxEndpoint[])[caller, called])
        {
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([SmallSystem.Fire], Cancellation);
        }
        await listening;
        Task<CallUp> up = called.ExpectAsync<CallUp>(Soon);
        McxCall call = await caller.CallAsync(SmallSystem.Fire, null, Cancellation);
        await up;
        return call;
    }

    /// <summary>The caller has the floor, and the called listens where the call was mapped to by that.</summary>
    private static async Task GrantAndListenAsync(McxCall call, McxEndpoint called)
    {
        Task<SubchannelListened> mapped = called.ExpectAsync<SubchannelListened>(Soon);
        Assert.Equal(FloorAnswer.Granted, await call.RequestFloorAsync(Cancellation));
        await mapped;
    }
}
