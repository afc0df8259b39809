using System.Net;
using MediaEngine.Floor;
using MediaEngine.Media;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>
/// RTP bleed and RTP inject: packets sprayed at the ports of a call by somebody without keys, from elsewhere and with the talker's
/// own address forged. He hears nothing, nobody hears him, and the call neither ends nor loses a packet.
/// </summary>
public class MediaSprayTests
{
    private const int Sprayed_packets = 20_000;

    private readonly RouterHarness _harness = new();
    private readonly Random _random = new(2017);
    private readonly HashSet<IPEndPoint> _destinations = [];

    [Fact]
    public void Who_sprays_a_running_call_hears_nothing_and_is_not_heard()
    {
        TestClient talker = _harness.Join(1);
        TestClient listener = _harness.Join(2);
        listener.Expect(_harness.Key);
        _harness.GiveFloor(talker);
        byte[] overheard = talker.MediaPacket(_harness.Key);
        byte[] floorOverheard = talker.FloorPacket(FloorMessageType.QueuePositionRequest);
        _harness.ReceiveAudio(talker.Audio, overheard);
        _harness.Clear();
        _harness.Reports.Clear();
        int heard = 0;

        for (int i = 0; i < Sprayed_packets; i++)
        {
            // An address of his own, the talker's forged, the listener's forged.
            IPEndPoint from = (i % 4) switch
            {
                0 => talker.Audio,
                1 => listener.Audio,
                _ => new IPEndPoint(IPAddress.Parse("198.51.100.66"), 1024 + _random.Next(60_000)),
            };
            _harness.ReceiveAudio(from, Forged(overheard));
            _harness.ReceiveFloor(i % 4 == 0 ? talker.Floor : from, Forged(floorOverheard));
            Assert.Equal(0, _harness.Audio.Count);
            _destinations.UnionWith(RouterHarness.Destinations(_harness.Floor));
            _harness.Clear();
            if (i % 100 != 0)
                continue;
            _harness.ReceiveAudio(talker.Audio, talker.MediaPacket(_harness.Key));
            Assert.Equal([listener.Audio], RouterHarness.Destinations(_harness.Audio));
            Assert.Equal(_harness.Key.GukIdFor(talker.McpttId), listener.OpenMedia(_harness.Audio.Payload(0)));
            heard++;
            _harness.Clear();
        }

        Assert.Equal(Sprayed_packets / 100, heard);
        Assert.Subset(new HashSet<IPEndPoint> { talker.Floor, listener.Floor }, _destinations);
        Assert.True(_harness.Router.ReadCounters().DroppedTotal >= Sprayed_packets);
        Assert.Empty(_harness.Reports);
    }

    // What somebody on the way can make: a copy with other header fields, payload, tail or length, or what is no SRTP at all.
    private byte[] Forged(byte[] overheard)
    {
        byte[] packet = [.. overheard];
        switch (_random.Next(5))
        {
            case 0:
                packet[_random.Next(2, 12)] ^= (byte)(1 + _random.Next(255));
                return packet;
            case 1:
                _random.NextBytes(packet.AsSpan(12));
                return packet;
            case 2:
                return packet[.._random.Next(packet.Length)];
            case 3:
                new RtpHeader { PayloadType = 8, SequenceNumber = (ushort)_random.Next(), Ssrc = (uint)_random.Next() }.WriteFixed(packet);
                return packet[..(12 + _random.Next(160) % (packet.Length - 12))];
            default:
                packet[^1] ^= 0x80;
                return packet;
        }
    }
}
