using System.Net;
using System.Net.Sockets;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>Several listeners per transport, IPv4 and IPv6, and what our Via says on each.</summary>
public sealed class SipListenerTests
{
    private static StackPeer Peer(Func<SipListen, SipListen>? change = null) => new(change: options => options with
    {
        Listen =
        [.. from transport in (SipTransportKind[])[SipTransportKind.Udp, SipTransportKind.Tcp]
            from address in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback]
            select (change ?? (listen => listen))(new SipListen(transport, new IPEndPoint(address, 0)))],
    })
    {
        Handler = StackPeer.AnswerOk,
    };

    private static IPEndPoint EndPoint(StackPeer peer, SipTransportKind transport, AddressFamily family) =>
        peer.Stack.Listeners.First(listen => listen.Transport == transport && listen.EndPoint.AddressFamily == family).EndPoint;

    [Theory]
    [InlineData(SipTransportKind.Udp, AddressFamily.InterNetwork, "127.0.0.1")]
    [InlineData(SipTransportKind.Tcp, AddressFamily.InterNetwork, "127.0.0.1")]
    [InlineData(SipTransportKind.Udp, AddressFamily.InterNetworkV6, "[::1]")]
    [InlineData(SipTransportKind.Tcp, AddressFamily.InterNetworkV6, "[::1]")]
    public async Task Each_family_has_its_own_listener_and_its_own_Via(SipTransportKind transport, AddressFamily family, string host)
    {
        await using StackPeer server = Peer(), client = Peer();
        IPEndPoint target = EndPoint(server, transport, family);
        client.Stack.SendRequest("a", client.NewRequest("MESSAGE"), new SipDestination(transport, target));
        SipResponse response = await client.FinalAsync("a");
        Assert.Equal(200, response.Status);
        (_, SipRequest request, SipFlow flow) = await server.RequestAsync();
        Assert.Equal((transport, target), (flow.Transport, flow.Local));
        Assert.Equal((transport.ViaName(), host, EndPoint(client, transport, family).Port), (request.TopVia!.Transport, request.TopVia.Host, request.TopVia.Port));
        // RFC 3261 20.42: received is an address without brackets.
        Assert.Equal(host.Trim('[', ']'), request.TopVia.Received);
        Assert.Equal(flow.Remote.Port, request.TopVia.RPort);

        server.Stack.SendRequest("back", server.NewRequest("MESSAGE"), SipDestination.Of(flow));
        Assert.Equal(200, (await server.FinalAsync("back")).Status);
    }

    [Theory]
    [InlineData(SipTransportKind.Udp)]
    [InlineData(SipTransportKind.Tcp)]
    public async Task What_was_handed_over_before_the_end_is_sent(SipTransportKind transport)
    {
        const int requests = 20;
        await using StackPeer server = new(), client = new();
        for (int i = 0; i < requests; i++)
            client.Stack.SendRequest(i, client.NewRequest("MESSAGE"), server.Destination(transport));
        var taken = new List<(SipTransactionId Id, SipRequest Request, SipFlow Flow)>();
        while (taken.Count < requests)
            taken.Add(await server.RequestAsync());

        foreach ((SipTransactionId id, SipRequest request, SipFlow flow) in taken)
            StackPeer.AnswerOk(server, id, request, flow);
        await server.Stack.DisposeAsync();

        for (int i = 0; i < requests; i++)
            Assert.Equal(200, (await client.ResponseAsync()).Response.Status);
    }

    [Fact]
    public async Task A_response_leaves_by_the_listener_its_request_came_to()
    {
        await using StackPeer server = new(change: options => options with
        {
            Listen = [.. Enumerable.Range(0, 3).Select(_ => new SipListen(SipTransportKind.Udp, new IPEndPoint(IPAddress.Loopback, 0)))],
        })
        {
            Handler = StackPeer.AnswerOk,
        };
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync(SipText.Bytes(SipText.Minimal("OPTIONS", "\n", "z9hG4bKb" + i, "c" + i)), server.Stack.Listeners[i].EndPoint);
            Assert.Equal(server.Stack.Listeners[i].EndPoint, (await client.ReceiveAsync().WaitAsync(StackPeer.Patience)).RemoteEndPoint);
        }
    }

    [Fact]
    public async Task Both_families_share_a_port()
    {
        await using StackPeer first = new(tcp: false, change: options => options with { Listen = [new SipListen(SipTransportKind.Tcp, new IPEndPoint(IPAddress.Any, 0))] });
        int port = first.Stack.EndPoint(SipTransportKind.Tcp).Port;
        await using StackPeer second = new(change: options => options with { Listen = [new SipListen(SipTransportKind.Tcp, new IPEndPoint(IPAddress.IPv6Any, port))] });
        Assert.Equal(port, second.Stack.EndPoint(SipTransportKind.Tcp).Port);
    }

    [Fact]
    public async Task A_listener_may_have_a_name_of_its_own()
    {
        await using StackPeer server = Peer(), client = Peer(listen => listen.EndPoint.AddressFamily == AddressFamily.InterNetworkV6 ? listen with { AdvertisedHost = "six.example" } : listen);
        foreach ((AddressFamily family, string host) in ((AddressFamily, string)[])[(AddressFamily.InterNetworkV6, "six.example"), (AddressFamily.InterNetwork, "127.0.0.1")])
        {
            client.Stack.SendRequest(host, client.NewRequest("MESSAGE"), new SipDestination(SipTransportKind.Tcp, EndPoint(server, SipTransportKind.Tcp, family)));
            await client.FinalAsync(host);
            Assert.Equal(host, (await server.RequestAsync()).Request.TopVia!.Host);
        }
    }

    [Fact]
    public async Task A_taken_port_gives_the_others_back()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using StackPeer free = new(udp: false);
        int port = free.Stack.EndPoint(SipTransportKind.Tcp).Port;
        await free.DisposeAsync();
        await using StackPeer failing = new(start: false, change: options => options with
        {
            Listen = [new SipListen(SipTransportKind.Tcp, new IPEndPoint(IPAddress.Loopback, port)), new SipListen(SipTransportKind.Tcp, (IPEndPoint)taken.LocalEndpoint)],
        });
        Assert.Throws<SipBindException>(failing.Stack.Start);
        using var again = new TcpListener(IPAddress.Loopback, port);
        again.Start();
    }

    [Theory]
    [InlineData("sip:a@192.0.2.1", "Udp 192.0.2.1:5060")]
    [InlineData("sip:a@192.0.2.1:5070;transport=TCP", "Tcp 192.0.2.1:5070")]
    [InlineData("sip:a@[2001:db8::1];transport=tls", "Tls [2001:db8::1]:5061")]
    [InlineData("sips:a@192.0.2.1", "Tls 192.0.2.1:5061")]
    [InlineData("sips:a@192.0.2.1;transport=tcp", "Tls 192.0.2.1:5061")]
    [InlineData("sips:a@192.0.2.1;transport=udp", null)]
    [InlineData("sip:a@192.0.2.1;transport=ws", null)]
    [InlineData("sips:a@192.0.2.1;transport=ws", null)]
    [InlineData("sip:a@192.0.2.1;transport=sctp", null)]
    [InlineData("sip:a@df7jal23ls0d.invalid", null)]
    [InlineData("sip:a@[fe80::1]", null)]
    [InlineData("tel:+4712345", null)]
    public void A_uri_with_an_address_names_its_destination(string text, string? expected)
    {
        Assert.True(SipUri.TryParse(text, out SipUri? uri));
        Assert.Equal(expected, SipDestination.TryFor(uri, out SipDestination? destination) ? $"{destination.Transport} {destination.Remote}" : null);
        Assert.Equal(destination?.Transport == SipTransportKind.Tls, destination?.ServerName is not null);
    }
}
