using System.Diagnostics;
using System.Net;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>mcx over TLS and over IPv6, and OpenSSL at the server's TLS listener.</summary>
public sealed class McxTransportTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1", SipTransportKind.Tls)]
    [InlineData("::1", SipTransportKind.Udp)]
    [InlineData("::1", SipTransportKind.Tcp)]
    [InlineData("::1", SipTransportKind.Tls)]
    public async Task A_call_is_made_and_talked_in(string address, SipTransportKind transport)
    {
        await using var system = new SmallSystem(sip: IPAddress.Parse(address));
        McxEndpoint alice = system.Endpoint("alice", transport), bob = system.Endpoint("bob", transport);
        foreach (McxEndpoint endpoint in (McxEndpoint[])[alice, bob])
        {
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([SmallSystem.Fire], Cancellation);
        }
        Task<CallUp> up = bob.ExpectAsync<CallUp>(Soon);
        Task<BurstReceived> heard = bob.ExpectAsync<BurstReceived>(Soon);
        McxCall call = await alice.CallAsync(SmallSystem.Fire, null, Cancellation);
        await up;
        Assert.Equal(FloorAnswer.Granted, await call.TalkAsync(new short[1600], Cancellation));
        Assert.Equal(SmallSystem.IdOf("alice"), (await heard).Burst.Talker);
        Task<CallEnded> ended = bob.ExpectAsync<CallEnded>(Soon);
        await call.HangUpAsync();
        await ended;
    }

    [Fact]
    public async Task A_client_whose_TLS_connection_ended_registers_again_and_is_reached_again()
    {
        await using var system = new SmallSystem(sip: IPAddress.Loopback);
        using var relay = new TcpRelay(system.Server.SipEndPoint(SipTransportKind.Tls));
        McxEndpoint alice = system.Endpoint("alice"), bob = system.Endpoint("bob", SipTransportKind.Tls, serverAt: relay.EndPoint);
        foreach (McxEndpoint endpoint in (McxEndpoint[])[alice, bob])
        {
            await endpoint.RegisterAsync(Cancellation);
            await endpoint.AffiliateAsync([SmallSystem.Fire], Cancellation);
        }
        Task<Registered> again = bob.ExpectAsync<Registered>(Soon);
        relay.Cut();
        await again;
        Task<CallUp> up = bob.ExpectAsync<CallUp>(Soon);
        McxCall call = await alice.CallAsync(SmallSystem.Fire, null, Cancellation);
        await up;
        await call.HangUpAsync();
    }

    [Fact]
    public async Task A_server_with_another_domains_certificate_is_not_spoken_to()
    {
        await using var system = new SmallSystem(sip: IPAddress.Loopback);
        McxEndpoint alice = system.Endpoint("alice", SipTransportKind.Tls, serverName: "other.example");
        ToolException refused = await Assert.ThrowsAsync<ToolException>(() => alice.RegisterAsync(Cancellation));
        Assert.Equal(ToolExit.Unreachable, refused.ExitCode);
        Assert.Equal(0, system.Server.SipCounters[SipCounter.RequestsReceived]);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task OpenSSL_verifies_the_server_and_is_answered(string version)
    {
        await using var system = new SmallSystem(sip: IPAddress.Loopback);
        IPEndPoint at = system.Server.SipEndPoint(SipTransportKind.Tls);
        using Process openssl = Process.Start(new ProcessStartInfo("openssl",
            $"s_client -connect {at} {version} -CAfile {system.CertificatePath} -verify_return_error -verify_hostname mcx.example -quiet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            await openssl.StandardInput.WriteAsync(
                "OPTIONS sip:mcptt@mcx.example SIP/2.0\r\nVia: SIP/2.0/TLS client.invalid;branch=z9hG4bKossl;rport\r\nMax-Forwards: 70\r\n" +
                "From: <sip:a@mcx.example>;tag=f\r\nTo: <sip:mcptt@mcx.example>\r\nCall-ID: ossl\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
            await openssl.StandardInput.FlushAsync(Cancellation);
            Assert.Equal("SIP/2.0 200 OK", await openssl.StandardOutput.ReadLineAsync(Cancellation).AsTask().WaitAsync(Soon, Cancellation));
        }
        finally
        {
            openssl.Kill();
        }
    }
}
