using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>What somebody at, or in front of, another function's address can do to a media node.</summary>
public sealed class FunctionLegTests
{
    private const int LegOfA = TemporaryGroupNetwork.LegOfA;

    private static readonly CallId Call = TemporaryGroupNetwork.Call;

    [Fact]
    public void Forged_senders_cost_a_bounded_number_of_derivations_and_known_ones_go_on()
    {
        const int budget = 5;
        const int flood = 200;
        TemporaryGroupNetwork network = new TemporaryGroupNetwork(limits: new RouterLimits { MaxFailedSenders_per_s = budget }).Start();
        network.Floor(11, FloorMessageType.Request);
        network.Talk(11);
        network.Forget();
        using GroupMasterKey forged = ForgedKey(network.Key.Id);
        using var forger = new TestClient(99);

        for (int i = 0; i < flood; i++)
            SendAsA(network, forger.MediaPacket(forged, asUser: $"sip:forged{i}@example.org"));

        Assert.Equal(budget, network.Controlling.Dropped(MediaDrop.AuthenticationFailed));
        Assert.Equal(flood - budget, network.Controlling.Dropped(MediaDrop.UnknownMki));
        byte[] packet = network.Talk(11);
        Assert.Equal("1, 2, 12, 13, 21, 22", network.TakeListeners(packet));

        // A member not heard before waits for the next second.
        packet = network.Clients[12].MediaPacket(network.Key);
        SendAsA(network, packet);
        Assert.Empty(network.Media);
        network.Advance(TimeSpan.FromSeconds(1));
        SendAsA(network, packet);
        Assert.Equal("1, 2, 21, 22", network.TakeListeners(packet));
    }

    [Fact]
    public void As_many_senders_as_allowed_are_heard_from_behind_one_function()
    {
        TemporaryGroupNetwork network = new TemporaryGroupNetwork(limits: new RouterLimits { MaxSendersPerFunction = 2 }).Start();
        network.Floor(11, FloorMessageType.Request);
        foreach (int member in (int[])[11, 12, 13])
            SendAsA(network, network.Clients[member].MediaPacket(network.Key));

        Assert.Equal(2, network.Controlling.Router.ReadCounters().AcceptedMedia_packets);
        Assert.Equal(1, network.Controlling.Dropped(MediaDrop.Refused));
    }

    [Fact]
    public void Media_repeated_from_behind_a_function_is_dropped()
    {
        TemporaryGroupNetwork network = new TemporaryGroupNetwork().Start();
        network.Floor(11, FloorMessageType.Request);
        byte[] packet = network.Talk(11);
        network.Forget();

        SendAsA(network, packet);

        Assert.Equal(1, network.Controlling.Dropped(MediaDrop.Replayed));
        Assert.Empty(network.Media);
    }

    [Fact]
    public void Media_a_function_lets_through_without_permission_is_dropped_and_revoked()
    {
        TemporaryGroupNetwork network = new TemporaryGroupNetwork().Start();
        network.Floor(21, FloorMessageType.Request);
        network.Forget();
        long floor = network.A.Router.ReadCounters().ReceivedFloor_packets;

        SendAsA(network, network.Clients[11].MediaPacket(network.Key));

        Assert.Equal(1, network.Controlling.Dropped(MediaDrop.NoFloor));
        Assert.Empty(network.Media);
        Assert.Equal(floor + 1, network.A.Router.ReadCounters().ReceivedFloor_packets);
        // Nobody at A believes to have the floor, so nobody is told.
        Assert.Empty(network.Heard);
    }

    [Fact]
    public void A_function_is_heard_from_its_own_addresses_only()
    {
        TemporaryGroupNetwork network = new TemporaryGroupNetwork().Start();
        network.Floor(11, FloorMessageType.Request);
        network.Forget();

        network.Send(network.Clients[22].Audio, network.Controlling.AudioAddress, network.Clients[11].MediaPacket(network.Key));
        Send(network, network.Clients[22].Floor, FloorPacket(FloorMessageType.Release, TemporaryGroupNetwork.Spk(LegOfA), 0xD000_0000));

        Assert.Equal(2, network.Controlling.Dropped(MediaDrop.UnknownSource));
        Assert.Empty(network.Heard);
        Assert.Empty(network.Media);
    }

    [Theory]
    [InlineData(0xD000_0000, 8, MediaDrop.AuthenticationFailed)] // the SPK-ID, not the SPK
    [InlineData(0xD000_0001, 7, MediaDrop.UnknownSource)] // another call between the two servers
    [InlineData(0xC000_0000, 7, MediaDrop.Replayed)] // what the controlling function said itself
    public void Floor_messages_that_are_not_the_functions_own_are_dropped(uint ssrc, int keySeed, MediaDrop reason)
    {
        TemporaryGroupNetwork network = new TemporaryGroupNetwork().Start();
        network.Floor(1, FloorMessageType.Request);
        network.Forget();

        Send(network, network.A.FloorAddress, FloorPacket(FloorMessageType.Request, TemporaryGroupNetwork.Spk(LegOfA, keySeed), ssrc));

        Assert.Equal(1, network.Controlling.Dropped(reason));
        Assert.Empty(network.Heard);
    }

    [Fact]
    public void A_message_under_a_members_own_key_is_not_a_functions()
    {
        TemporaryGroupNetwork network = new TemporaryGroupNetwork().Start();
        network.Send(network.A.FloorAddress, network.Controlling.FloorAddress, network.Clients[11].FloorPacket(FloorMessageType.Request));
        Assert.Equal(1, network.Controlling.Dropped(MediaDrop.UnknownMki));
        Assert.Empty(network.Heard);
    }

    [Theory]
    [InlineData(0, 9)] // ours again
    [InlineData(9, 0)] // the peer's again
    [InlineData(0, 0)]
    public void An_SSRC_under_an_SPK_is_used_once(uint ours, uint peers)
    {
        TemporaryGroupNetwork network = new TemporaryGroupNetwork().Start();
        // Another call keeps the key on the shard.
        var other = new CallId(2);
        network.Execute(network.Controlling, new OpenCall(other, "g", new FloorPolicy(), TestClient.GroupKey(0x0000_0999), null));
        FunctionPeer Repeated() =>
            network.Downwards(LegOfA) with { ServerSsrc = 0xC000_0000 + ours, PeerSsrc = 0xD000_0000 + peers };
        AddTo(network, other, Repeated());
        Assert.Contains("used before under SPK", Refusal(network), StringComparison.Ordinal);

        AddTo(network, other, network.Downwards(LegOfA, generation: 1));
        network.Execute(network.Controlling, new RemoveLeg(Call, new LegId(LegOfA)));
        AddTo(network, Call, Repeated());
        Assert.Equal(2, network.Controlling.Reports.OfType<CommandRefused>().Count());
    }

    [Fact]
    public void One_SSRC_cannot_be_both_servers()
    {
        TemporaryGroupNetwork network = new TemporaryGroupNetwork();
        AddTo(network, Call, network.Downwards(LegOfA) with { PeerSsrc = 0xC000_0000 });
        Assert.Contains("used before under SPK", Refusal(network), StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_leg_that_could_not_work_is_refused()
    {
        TemporaryGroupNetwork network = new TemporaryGroupNetwork().Start();
        FunctionPeer peer = network.Downwards(LegOfA, generation: 5);
        AddTo(network, Call, network.Downwards(LegOfA, generation: 5));
        Assert.Contains("taken", Refusal(network), StringComparison.Ordinal);
        AddTo(network, Call, network.Downwards(LegOfA, generation: 5) with { Leg = new LegId(5) });
        Assert.Contains("could not be told", Refusal(network), StringComparison.Ordinal);
        var csk = new McxKey(new KeyIdentifier(0x2000_0001), new byte[16], new byte[16]);
        AddTo(network, Call, peer with { Leg = new LegId(5), SignallingProtectionKey = csk });
        Assert.Contains("no SPK", Refusal(network), StringComparison.Ordinal);
        AddTo(network, Call, peer with { Leg = new LegId(5), Audio = new IPEndPoint(peer.Audio.Address, 0) });
        Assert.Contains("addresses", Refusal(network), StringComparison.Ordinal);
        Assert.Equal(4, network.Controlling.Router.ReadCounters().Legs);
    }

    private static void AddTo(TemporaryGroupNetwork network, CallId call, FunctionPeer peer) => network.Execute(
        network.Controlling, new AddNonControllingFunction(call, peer, new FloorParticipantProfile { McpttId = "sip:a@example.org" }));

    private static string Refusal(TemporaryGroupNetwork network) =>
        Assert.IsType<CommandRefused>(network.Controlling.Reports[^1]).Reason;

    private static void SendAsA(TemporaryGroupNetwork network, byte[] packet) =>
        network.Send(network.A.AudioAddress, network.Controlling.AudioAddress, packet);

    private static void Send(TemporaryGroupNetwork network, IPEndPoint from, byte[] packet) =>
        network.Send(from, network.Controlling.FloorAddress, packet);

    private static GroupMasterKey ForgedKey(KeyIdentifier id) => new(id, TestClient.Octets(1234, 16), TestClient.Octets(99, 16));

    private static byte[] FloorPacket(FloorMessageType type, McxKey spk, uint ssrc)
    {
        using SrtpMasterKey master = spk.DeriveMasterKey(CryptoSession.McpttClientServer, spk.Id);
        using var sender = new SrtpSender(master, SrtpPolicy.Control);
        byte[] buffer = new byte[128];
        int length = new FloorMessageWriter(buffer, type, ackRequired: false, ssrc).Complete();
        Assert.Equal(SrtpOutcome.Ok, sender.ProtectRtcp(buffer, length, out length));
        return buffer[..length];
    }
}
