using System.Diagnostics.CodeAnalysis;
using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>
/// Takes a throw-away call through every step of the packet path before a socket opens: compiling it under the first
/// packets would hold them up for 12 to 14 ms.
/// </summary>
internal static class WarmUp
{
    private const int Rounds = 300;
    private const uint AudioSsrc = 8;
    private const string Talker = "sip:talker@warm-up.invalid";
    private const string Listener = "sip:listener@warm-up.invalid";

    public static void Run()
    {
        var nowhere = new Nowhere();
        var queue = new SendQueue(SendBatch.Capacity, nowhere);
        nowhere.Queue = queue;
        var router = new CallRouter(new RouterLimits(), queue, queue, nowhere, nowhere);
        var call = new CallId(1);
        var audio = new IPEndPoint(IPAddress.Loopback, 9);
        var floor = new IPEndPoint(IPAddress.Loopback, 10);
        var otherFloor = new IPEndPoint(IPAddress.Loopback, 12);
        var client = new ClientServerKey(new KeyIdentifier(0x2000_0001), new byte[16], new byte[16]);
        using SrtpMasterKey control = client.DeriveControlKey();
        using var floorSender = new SrtpSender(control, SrtpPolicy.Control);
        var group = new GroupMasterKey(new KeyIdentifier(0x0000_0001), new byte[16], new byte[16]);
        using SrtpMasterKey media = group.DeriveMediaKey(group.GukIdFor(Talker));
        using var mediaSender = new SrtpSender(media, SrtpPolicy.GroupMedia);

        Instant now = MonotonicClock.Now;
        router.Execute(new OpenCall(call, "sip:group@warm-up.invalid", new FloorPolicy(), group, Subchannel()), now);
        router.Execute(Leg(call, 1, Talker, audio, floor, client), now);
        var other = new ClientServerKey(new KeyIdentifier(0x2000_0002), new byte[16], new byte[16]);
        using SrtpMasterKey otherControl = other.DeriveControlKey();
        using var otherSender = new SrtpSender(otherControl, SrtpPolicy.Control);
        router.Execute(Leg(call, 2, Listener, new IPEndPoint(IPAddress.Loopback, 11), otherFloor, other), now);
        router.Execute(new ChangeLeg(call, new LegId(2), LegDelivery.Multicast), now);

        byte[] packet = new byte[256];
        for (ushort i = 0; i < Rounds; i++)
        {
            now += TimeSpan.FromMilliseconds(20);
            FloorMessageType type = i % 10 == 9 ? FloorMessageType.Release : FloorMessageType.Request;
            int length = new FloorMessageWriter(packet, type, ackRequired: false, ssrc: 7).Complete();
            floorSender.ProtectRtcp(packet, length, out length);
            router.ReceiveFloor(SocketAddressKey.From(floor), packet.AsSpan(0, length), now);
            if (i % 4 == 0)
            {
                // Waits in the queue or interrupts, so that those answers are compiled too.
                type = i % 8 == 0 ? FloorMessageType.Request : FloorMessageType.QueuePositionRequest;
                length = new FloorMessageWriter(packet, type, ackRequired: false, ssrc: 9).Complete();
                otherSender.ProtectRtcp(packet, length, out length);
                router.ReceiveFloor(SocketAddressKey.From(otherFloor), packet.AsSpan(0, length), now);
            }
            new RtpHeader { PayloadType = 96, SequenceNumber = i, Ssrc = AudioSsrc }.WriteFixed(packet);
            mediaSender.Protect(packet, RtpHeader.FixedLength_bytes + 160, out length);
            router.ReceiveAudio(SocketAddressKey.From(audio), packet.AsSpan(0, length), now);
            packet[40] ^= 1;
            router.ReceiveAudio(SocketAddressKey.From(audio), packet.AsSpan(0, length), now);
            router.Execute(new ReportListening(call, new LegId(2), Listens: i % 2 == 0), now);
            router.Expire(now);
            queue.Clear();
        }
        router.CloseAll(now);
        SendOverLoopback();
    }

    private static AddLeg Leg(CallId call, int number, string id, IPEndPoint audio, IPEndPoint floor, ClientServerKey key) =>
        new(call, new LegId(number), id, audio, floor, key, (uint)number, LegDelivery.Unicast,
            new FloorParticipantProfile { McpttId = id, QueueingNegotiated = true, AudioSsrc = AudioSsrc },
            ImplicitFloorRequest: false);

    private static MulticastSubchannel Subchannel()
    {
        IPAddress group = new([239, 0, 0, 1]);
        return new MulticastSubchannel
        {
            Bearer = new MulticastBearer(new IPEndPoint(group, 9), IPAddress.Loopback, TimeToLive: 1),
            Media = new IPEndPoint(group, 10),
            Floor = new IPEndPoint(group, 11),
            Tmgi = new byte[3],
            FloorKey = new MulticastKey(new McxKey(new KeyIdentifier(0x6000_0001), new byte[16], new byte[16]), Ssrc: 1),
            ControlKey = new MulticastKey(new McxKey(new KeyIdentifier(0x5000_0001), new byte[16], new byte[16]), Ssrc: 1),
            MinimumListeners = 1,
        };
    }

    private static void SendOverLoopback()
    {
        using var endpoint = new UdpEndpoint(new IPEndPoint(IPAddress.Loopback, 0), buffer_bytes: 65536);
        using var sent = new SendBatch();
        using var received = new ReceiveBatch();
        var sender = new SocketSender(endpoint, sent);
        sender.CountIn(new ShardCounters());
        sender.Queue.BeginPayload([0]);
        sender.Queue.Add(SocketAddressKey.From(endpoint.LocalEndPoint));
        sender.Flush();
        if (received.Receive(endpoint.Descriptor) > 0)
            received.TryGet(0, out _, out _);
    }

    private sealed class Nowhere : ISendDrain, IMulticastOutput, IReportSink
    {
        public SendQueue? Queue { get; set; }

        public void Drain(SendQueue queue) => queue.Clear();

        public bool TryAcquire(
            MulticastBearer bearer, [NotNullWhen(true)] out SendQueue? queue, [NotNullWhen(false)] out string? reason)
        {
            queue = Queue!;
            reason = null;
            return true;
        }

        public void Release(MulticastBearer bearer)
        {
        }

        public void Report(MediaReport report)
        {
        }
    }
}
