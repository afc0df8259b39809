using System.Diagnostics.CodeAnalysis;
using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>A router without sockets, one call, and a clock the test turns.</summary>
internal sealed class RouterHarness : IMulticastOutput, IReportSink
{
    public static readonly CallId Call = new(1);

    public RouterHarness(FloorPolicy? policy = null, RouterLimits? limits = null, MulticastSubchannel? subchannel = null)
    {
        Subchannel = subchannel ?? TestBearer.Subchannel();
        Router = new CallRouter(limits ?? new RouterLimits(), Audio, Floor, this, this);
        Router.Execute(new OpenCall(Call, "sip:group@example.org", policy ?? new FloorPolicy(), NewGroupKey(), TestBearer.WithOwnKeys(Subchannel)), Now);
    }

    public MulticastSubchannel Subchannel { get; }

    public CallRouter Router { get; }

    public SendQueue Audio { get; } = new(64);

    public SendQueue Floor { get; } = new(64);

    public SendQueue Multicast { get; } = new(64);

    public List<MediaReport> Reports { get; } = [];

    public int OpenBearers { get; private set; }

    public Instant Now { get; private set; } = Instant.FromMilliseconds(1000);

    /// <summary>The test's own copy of the call's key.</summary>
    public GroupMasterKey Key { get; } = NewGroupKey();

    public static GroupMasterKey NewGroupKey() => TestClient.GroupKey(0x0000_0777);

    public TestClient Join(int number, LegDelivery delivery = LegDelivery.Unicast)
    {
        var client = new TestClient(number);
        Router.Execute(client.Leg(Call, delivery), Now);
        Clear();
        return client;
    }

    /// <summary>The client reports that it listens, or no longer listens, on the call's subchannel.</summary>
    public void Listen(TestClient client, bool listens = true) =>
        Router.Execute(new ReportListening(Call, new LegId(client.Number), listens), Now);

    public void GiveFloor(TestClient client)
    {
        ReceiveFloor(client.Floor, client.FloorPacket(FloorMessageType.Request));
        Assert.Contains(Reports, report => report is FloorChanged { Talker: { } leg } && leg.Value == client.Number);
        Clear();
    }

    public void ReceiveAudio(IPEndPoint from, byte[] packet) =>
        Router.ReceiveAudio(SocketAddressKey.From(from), packet, Now);

    public void ReceiveFloor(IPEndPoint from, byte[] packet) =>
        Router.ReceiveFloor(SocketAddressKey.From(from), packet, Now);

    public long Dropped(MediaDrop reason) => Router.ReadCounters().Dropped(reason);

    public void Advance(TimeSpan duration)
    {
        Now += duration;
        Router.Expire(Now);
    }

    public void Clear()
    {
        Audio.BeginPayload([]);
        Audio.Clear();
        Floor.BeginPayload([]);
        Floor.Clear();
        Multicast.BeginPayload([]);
        Multicast.Clear();
    }

    public static List<IPEndPoint> Destinations(SendQueue queue) =>
        [.. Enumerable.Range(0, queue.Count).Select(i => queue.Destination(i).ToEndPoint())];

    /// <summary>The types of the floor messages queued for a client, opened with its CSK.</summary>
    public List<FloorMessageType> FloorMessagesFor(TestClient client, IPEndPoint? at = null)
    {
        var types = new List<FloorMessageType>();
        for (int i = 0; i < Floor.Count; i++)
        {
            if (Floor.Destination(i).ToEndPoint().Equals(at ?? client.Floor))
                types.Add(client.OpenFloorType(Floor.Payload(i)));
        }
        return types;
    }

    public bool TryAcquire(
        MulticastBearer bearer, [NotNullWhen(true)] out SendQueue? queue, [NotNullWhen(false)] out string? reason)
    {
        OpenBearers++;
        queue = Multicast;
        reason = null;
        return true;
    }

    public void Release(MulticastBearer bearer) => OpenBearers--;

    public void Report(MediaReport report) => Reports.Add(report);
}
