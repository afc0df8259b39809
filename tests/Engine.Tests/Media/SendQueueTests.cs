using System.Net;
using MediaEngine.Media;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

public class SendQueueTests
{
    private static readonly SocketAddressKey Somewhere = SocketAddressKey.FromInternet(0x0A00_0001, 5);

    [Fact]
    public void A_payload_survives_the_draining_in_the_middle_of_its_destinations()
    {
        var drain = new CollectingDrain();
        var queue = new SendQueue(4, drain);
        byte[] payload = TestClient.Octets(1, 100);

        Assert.True(queue.BeginPayload([1, 2, 3]));
        Assert.True(queue.Add(Somewhere));
        Assert.True(queue.BeginPayload(payload));
        for (int i = 0; i < 20; i++)
            Assert.True(queue.Add(Somewhere));
        drain.Drain(queue);

        Assert.Equal(21, drain.Sent.Count);
        Assert.Equal([1, 2, 3], drain.Sent[0]);
        Assert.All(drain.Sent.Skip(1), sent => Assert.Equal(payload, sent));
    }

    [Fact]
    public void Without_a_drain_the_excess_is_refused()
    {
        var queue = new SendQueue(2);
        queue.BeginPayload([1]);

        Assert.True(queue.Add(Somewhere));
        Assert.True(queue.Add(Somewhere));
        Assert.False(queue.Add(Somewhere));
        Assert.Equal(2, queue.Count);
    }

    [Fact]
    public void A_payload_that_is_too_large_is_refused_with_all_its_destinations()
    {
        var queue = new SendQueue(2);

        Assert.False(queue.BeginPayload(new byte[SendQueue.MaxPayload_bytes + 1]));
        Assert.False(queue.Add(Somewhere));
        Assert.Equal(0, queue.Count);
    }

    [Theory]
    [InlineData("192.0.2.1", 1)]
    [InlineData("255.255.255.254", 65535)]
    public void An_endpoint_survives_being_a_key(string address, int port)
    {
        var endpoint = new IPEndPoint(IPAddress.Parse(address), port);

        Assert.Equal(endpoint, SocketAddressKey.From(endpoint).ToEndPoint());
        Assert.Equal(SocketAddressKey.From(endpoint), SocketAddressKey.From(new IPEndPoint(endpoint.Address.MapToIPv6(), port)));
        Assert.False(SocketAddressKey.TryFrom(new IPEndPoint(IPAddress.IPv6Loopback, port), out _));
    }

    private sealed class CollectingDrain : ISendDrain
    {
        public List<byte[]> Sent { get; } = [];

        public void Drain(SendQueue queue)
        {
            for (int i = 0; i < queue.Count; i++)
                Sent.Add(queue.Payload(i).ToArray());
            queue.Clear();
        }
    }
}
