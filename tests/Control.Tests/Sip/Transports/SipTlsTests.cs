using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>TLS listeners against the platform's TLS client, and stacks against each other.</summary>
public sealed class SipTlsTests : IDisposable
{
    private const string Domain = "mcx.example";
    private static readonly byte[] Message = SipText.Bytes(SipText.Minimal("OPTIONS", "Content-Length: 4\n\nbody"));
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _strangers = new("Somebody else");

    public void Dispose()
    {
        _authority.Dispose();
        _strangers.Dispose();
    }

    private StackPeer Server(bool mutual = false, Func<SslStreamCertificateContext>? certificate = null, Func<SipStackOptions, SipStackOptions>? change = null)
    {
        SslStreamCertificateContext own = _authority.Context(Domain);
        return new StackPeer(udp: false, tcp: false, change: options =>
        {
            options = options with
            {
                Listen = [new SipListen(SipTransportKind.Tls, new IPEndPoint(IPAddress.Loopback, 0)) { RequirePeerCertificate = mutual }],
                Tls = new SipTlsOptions { ServerCertificate = certificate ?? (() => own), TrustedPeers = _authority.Trusted },
            };
            return change?.Invoke(options) ?? options;
        })
        {
            Handler = StackPeer.AnswerOk,
        };
    }

    private static StackPeer Client(X509Certificate2Collection trusted, X509Certificate2? show = null, TimeSpan keepAlive = default, TimeSpan? pong = null) =>
        new(change: options => options with
        {
            Tls = new SipTlsOptions
            {
                TrustedServers = trusted,
                ClientCertificate = show is null ? null : SslStreamCertificateContext.Create(show, null, offline: true),
            },
            KeepAlive = keepAlive,
            PongTimeout = pong ?? options.PongTimeout,
        });

    private static SipDestination To(StackPeer server, string name = Domain) =>
        new(SipTransportKind.Tls, server.Stack.EndPoint(SipTransportKind.Tls), ServerName: name);

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_message_sent_octet_by_octet_is_answered_over_TLS(SslProtocols version)
    {
        await using StackPeer server = Server();
        using StreamPeer peer = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Tls), tls: true, protocols: version);
        foreach (byte octet in Message)
            await peer.SendAsync(new[] { octet });
        Assert.Equal(200, Assert.IsAssignableFrom<SipResponse>(await peer.ReadAsync()).Status);
        SipFlow flow = (await server.RequestAsync()).Flow;
        Assert.Equal((SipTransportKind.Tls, (IReadOnlyList<string>?)null), (flow.Transport, flow.PeerDomains));
    }

    [Fact]
    [SuppressMessage("Security", "CA5397", Justification = "That it is refused is the test.")]
    public async Task Older_versions_of_TLS_are_refused()
    {
        await using StackPeer server = Server();
#pragma warning disable SYSLIB0039
        await Assert.ThrowsAnyAsync<Exception>(() => StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Tls), tls: true, protocols: SslProtocols.Tls11));
#pragma warning restore SYSLIB0039
        await WaitForAsync(server, SipCounter.HandshakesFailed, 1);
    }

    [Fact]
    public async Task Two_stacks_talk_both_ways_over_one_connection()
    {
        await using StackPeer server = Server(), client = Client(_authority.Trusted);
        client.Handler = StackPeer.AnswerOk;
        for (int i = 0; i < 3; i++)
        {
            client.Stack.SendRequest(i, client.NewRequest("MESSAGE", new string('x', 30_000)), To(server));
            Assert.Equal(200, (await client.FinalAsync(i)).Status);
        }
        (_, SipRequest request, SipFlow flow) = await server.RequestAsync();
        Assert.Equal("TLS", request.TopVia!.Transport);
        server.Stack.SendRequest("back", server.NewRequest("MESSAGE"), SipDestination.Of(flow));
        Assert.Equal(200, (await server.FinalAsync("back")).Status);
        Assert.Equal((1, 0), (server.Stack.Counters[SipCounter.ConnectionsAccepted], server.Stack.Counters[SipCounter.ConnectionsOpened]));
    }

    [Theory]
    [InlineData(Domain, true, null)]
    [InlineData("other.example", true, SipFailure.TransportError)]
    [InlineData(Domain, false, SipFailure.TransportError)]
    public async Task A_server_must_be_trusted_and_speak_for_the_name_that_was_asked_for(string name, bool trusted, SipFailure? expected)
    {
        await using StackPeer server = Server(), client = Client(trusted ? _authority.Trusted : _strangers.Trusted);
        client.Stack.SendRequest("a", client.NewRequest("MESSAGE"), To(server, name));
        if (expected is null)
            Assert.Equal(200, (await client.FinalAsync("a")).Status);
        else
            Assert.Equal(expected, (await client.FailureAsync()).Failure);
    }

    [Fact]
    public async Task A_connection_proved_for_one_name_does_not_serve_another()
    {
        await using StackPeer server = Server(), client = Client(_authority.Trusted);
        client.Stack.SendRequest("a", client.NewRequest("MESSAGE"), To(server));
        Assert.Equal(200, (await client.FinalAsync("a")).Status);
        client.Stack.SendRequest("b", client.NewRequest("MESSAGE"), To(server, "other.example"));
        Assert.Equal(("b", SipFailure.TransportError), await client.FailureAsync());
    }

    [Fact]
    public async Task Without_the_flow_nobody_is_connected_to_who_is_not_known_by_name()
    {
        await using StackPeer server = Server(), silent = Server();
        SipFlow gone = new(SipTransportKind.Tls, server.Stack.EndPoint(SipTransportKind.Tls), silent.Stack.EndPoint(SipTransportKind.Tls), 999);
        server.Stack.SendRequest("a", server.NewRequest("MESSAGE"), SipDestination.Of(gone));
        Assert.Equal(("a", SipFailure.TransportError), await server.FailureAsync());
        Assert.Equal(0, silent.Stack.Counters[SipCounter.ConnectionsAccepted]);
    }

    [Fact]
    public async Task Mutual_TLS_tells_whom_the_certificate_speaks_for_and_refuses_strangers()
    {
        await using StackPeer server = Server(mutual: true);
        await using (StackPeer partner = Client(_authority.Trusted, _authority.Issue(names => names.AddUri(new Uri("sip:partner.example")))))
        {
            partner.Stack.SendRequest("a", partner.NewRequest("MESSAGE"), To(server));
            Assert.Equal(200, (await partner.FinalAsync("a")).Status);
            Assert.Equal(["partner.example"], (await server.RequestAsync()).Flow.PeerDomains);
        }
        X509Certificate2?[] refused =
        [
            null,
            _strangers.Issue("partner.example"),
            _authority.Issue(names => names.AddDnsName("partner.example"), until: DateTimeOffset.UtcNow.AddHours(-1)),
            _authority.Issue(names => names.AddEmailAddress("nobody@partner.example")),
        ];
        for (int i = 0; i < refused.Length; i++)
        {
            await using StackPeer stranger = Client(_authority.Trusted, refused[i]);
            stranger.Stack.SendRequest(i, stranger.NewRequest("MESSAGE"), To(server));
            await WaitForAsync(server, SipCounter.HandshakesFailed, i + 1);
        }
        Assert.Equal(1, server.Stack.Counters[SipCounter.RequestsReceived]);
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_to_new_connections_while_old_ones_live()
    {
        SslStreamCertificateContext current = _authority.Context(Domain);
        await using StackPeer server = Server(certificate: () => Volatile.Read(ref current));
        IPEndPoint at = server.Stack.EndPoint(SipTransportKind.Tls);
        using StreamPeer old = await StreamPeer.ConnectAsync(at, tls: true);
        SslStreamCertificateContext renewed = _authority.Context(Domain);
        string former = current.TargetCertificate.Thumbprint;
        Volatile.Write(ref current, renewed);
        using StreamPeer fresh = await StreamPeer.ConnectAsync(at, tls: true);
        foreach (StreamPeer peer in (StreamPeer[])[old, fresh])
        {
            await peer.SendAsync(SipText.Bytes(SipText.Minimal("OPTIONS", "Content-Length: 0\n\n", branch: "z9hG4bK" + peer.GetHashCode(), callId: "c" + peer.GetHashCode())));
            Assert.Equal(200, Assert.IsAssignableFrom<SipResponse>(await peer.ReadAsync()).Status);
        }
        Assert.Equal((former, renewed.TargetCertificate.Thumbprint), (old.ShownCertificate!.Thumbprint, fresh.ShownCertificate!.Thumbprint));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_handshake_that_does_not_come_to_its_end_is_closed(int octets)
    {
        await using StackPeer server = Server(change: options => options with { HandshakeTimeout = TimeSpan.FromMilliseconds(100) });
        using StreamPeer peer = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Tls));
        // The start of a ClientHello.
        await peer.SendAsync(new byte[] { 0x16, 3, 1, 2, 0 }.AsMemory(0, octets));
        await peer.AssertClosedAsync();
        await WaitForAsync(server, SipCounter.HandshakesFailed, 1);
    }

    [Fact]
    public async Task Plain_SIP_on_a_TLS_listener_is_closed_and_never_read()
    {
        await using StackPeer server = Server();
        using StreamPeer peer = await StreamPeer.ConnectAsync(server.Stack.EndPoint(SipTransportKind.Tls));
        await peer.SendAsync(Message);
        await peer.AssertClosedAsync();
        await WaitForAsync(server, SipCounter.HandshakesFailed, 1);
        Assert.Equal(0, server.Stack.Counters[SipCounter.RequestsReceived]);
    }

    [Fact]
    public async Task Handshakes_in_progress_are_bounded_and_make_room_again()
    {
        await using StackPeer server = Server(change: options => options with { MaxHandshakes = 2 });
        IPEndPoint at = server.Stack.EndPoint(SipTransportKind.Tls);
        using StreamPeer established = await StreamPeer.ConnectAsync(at, tls: true);
        await established.SendAsync(Message);
        await established.ReadAsync();
        StreamPeer first = await StreamPeer.ConnectAsync(at), second = await StreamPeer.ConnectAsync(at);
        using StreamPeer third = await StreamPeer.ConnectAsync(at);
        await third.AssertClosedAsync();
        Assert.Equal(1, server.Stack.Counters[SipCounter.ConnectionsRefused]);
        first.Dispose();
        second.Dispose();
        await WaitForAsync(server, SipCounter.ConnectionsClosed, 2);
        using StreamPeer fourth = await StreamPeer.ConnectAsync(at, tls: true);
        await fourth.SendAsync(SipText.Bytes(SipText.Minimal("OPTIONS", "Content-Length: 0\n\n", "z9hG4bKother", "other")));
        Assert.Equal(200, Assert.IsAssignableFrom<SipResponse>(await fourth.ReadAsync()).Status);
    }

    [Fact]
    public async Task A_ping_keeps_a_connection_and_a_missing_pong_ends_it()
    {
        await using StackPeer server = Server(change: options => options with { IdleTimeout = TimeSpan.FromSeconds(5), FirstOctetTimeout = TimeSpan.FromSeconds(5) });
        await using StackPeer client = Client(_authority.Trusted, keepAlive: TimeSpan.FromMilliseconds(20), pong: TimeSpan.FromMilliseconds(500));
        client.Stack.SendRequest("a", client.NewRequest("MESSAGE"), To(server));
        await client.FinalAsync("a");
        await WaitForAsync(server, SipCounter.KeepAlives, 3);
        Assert.Equal(0, client.Stack.Counters[SipCounter.ConnectionsClosed]);

        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        await using StackPeer caller = Client(_authority.Trusted, keepAlive: TimeSpan.FromMilliseconds(20), pong: TimeSpan.FromMilliseconds(50));
        caller.Stack.SendRequest("a", caller.NewRequest("MESSAGE"), new SipDestination(SipTransportKind.Tcp, (IPEndPoint)deaf.LocalEndpoint));
        using Socket accepted = await deaf.AcceptSocketAsync();
        Assert.Equal(SipTransportKind.Tcp, (await caller.ClosedAsync()).Transport);
        Assert.Equal(1, caller.Stack.Counters[SipCounter.DeadlineClosed]);
    }

    [Fact]
    public void A_TLS_listener_without_certificate_is_a_programmers_error() =>
        Assert.Throws<ArgumentException>(() => new StackPeer(change: options => options with { Listen = [new SipListen(SipTransportKind.Wss, new IPEndPoint(IPAddress.Loopback, 0))] }));

    internal static async Task WaitForAsync(StackPeer peer, SipCounter counter, long atLeast)
    {
        long until = Environment.TickCount64 + (long)StackPeer.Patience.TotalMilliseconds;
        while (peer.Stack.Counters[counter] < atLeast)
        {
            Assert.True(Environment.TickCount64 < until, $"{counter} did not reach {atLeast}.");
            await Task.Yield();
        }
    }
}
