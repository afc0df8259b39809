using System.Net;
using MediaEngine.Floor;
using MediaEngine.Media;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

public sealed class TemporaryGroupAllocationTests
{
    private const int WarmUp_packets = 200;
    private const int Measured_packets = 500;

    private readonly TemporaryGroupNetwork _network = new TemporaryGroupNetwork().Start();

    [Fact]
    public void Relaying_a_packet_allocates_nothing_up_and_down()
    {
        _network.Floor(11, FloorMessageType.Request);
        TestClient talker = _network.Clients[11];
        byte[][] packets = [.. Enumerable.Range(0, WarmUp_packets + Measured_packets).Select(_ => talker.MediaPacket(_network.Key))];

        Assert.Equal(0, AllocatedBy(_network.A, packets, audio: true, talker.Audio));
        Assert.Equal(packets.Length, _network.A.Router.ReadCounters().AcceptedMedia_packets);
        Assert.Equal(0, AllocatedBy(_network.Controlling, packets, audio: true, _network.A.AudioAddress));
        Assert.Equal(packets.Length, _network.Controlling.Router.ReadCounters().AcceptedMedia_packets);
        Assert.Equal(0, AllocatedBy(_network.B, packets, audio: true, _network.Controlling.AudioAddress));
        Assert.Equal(packets.Length, _network.B.Router.ReadCounters().AcceptedMedia_packets);
    }

    [Fact]
    public void Relaying_a_floor_message_allocates_nothing_up_and_down()
    {
        TestClient talker = _network.Clients[11];
        byte[][] messages = [.. Enumerable.Range(0, WarmUp_packets + Measured_packets).Select(
            i => talker.FloorPacket(i % 2 == 0 ? FloorMessageType.Request : FloorMessageType.Release))];
        foreach (RouterNode node in (RouterNode[])[_network.Controlling, _network.A, _network.B])
            node.Reports.Capacity = 4 * messages.Length;

        byte[][] up = Relayed(_network.A, messages, talker.Floor, _network.Controlling.FloorAddress);
        byte[][] down = Relayed(_network.Controlling, up, _network.A.FloorAddress, _network.B.FloorAddress);
        Relayed(_network.B, down, _network.Controlling.FloorAddress, _network.Clients[21].Floor);
    }

    /// <summary>Lets a node handle the datagrams; returns what it sent to one address, one for each.</summary>
    private byte[][] Relayed(RouterNode node, byte[][] datagrams, IPEndPoint from, IPEndPoint to)
    {
        var sent = new List<byte[]>(datagrams.Length);
        Assert.Equal(0, AllocatedBy(node, datagrams, audio: false, from, () =>
        {
            for (int i = 0; i < node.Floor.Count; i++)
            {
                if (node.Floor.Destination(i).ToEndPoint().Equals(to))
                    sent.Add(node.Floor.Payload(i).ToArray());
            }
        }));
        Assert.Equal(datagrams.Length, sent.Count);
        return [.. sent];
    }

    private long AllocatedBy(RouterNode node, byte[][] packets, bool audio, IPEndPoint from, Action? look = null)
    {
        var address = SocketAddressKey.From(from);
        return Allocation.Least_bytes(packets, WarmUp_packets, packet =>
        {
            if (audio)
                node.Router.ReceiveAudio(address, packet, _network.Now);
            else
                node.Router.ReceiveFloor(address, packet, _network.Now);
        }, () =>
        {
            look?.Invoke();
            node.Clear();
        });
    }
}
