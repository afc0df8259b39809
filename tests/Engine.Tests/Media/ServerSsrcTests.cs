using System.Buffers.Binary;
using MediaEngine.Floor;
using MediaEngine.Media;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

public class ServerSsrcTests
{
    [Fact]
    public void A_client_that_comes_and_goes_never_meets_a_server_SSRC_again()
    {
        var harness = new RouterHarness();
        using var client = new TestClient(1);
        harness.Join(2);
        var seen = new HashSet<uint>();
        for (int i = 0; i < 2000; i++)
        {
            harness.Router.Execute(client.Leg(RouterHarness.Call), harness.Now);
            harness.ReceiveFloor(client.Floor, client.FloorPacket(FloorMessageType.QueuePositionRequest));
            harness.Clear();
            harness.ReceiveFloor(client.Floor, client.FloorPacket(FloorMessageType.Request));
            for (int k = 0; k < harness.Floor.Count; k++)
            {
                if (harness.Floor.Destination(k) == client.FloorKey)
                    Assert.True(seen.Add(BinaryPrimitives.ReadUInt32BigEndian(harness.Floor.Payload(k)[4..])));
            }
            harness.Router.Execute(new RemoveLeg(RouterHarness.Call, new LegId(1)), harness.Now);
            harness.Clear();
        }
        Assert.Equal(2000, seen.Count);
        Assert.DoesNotContain(0u, seen);
        Assert.DoesNotContain(client.AudioSsrc, seen);
    }
}
