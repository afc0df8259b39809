using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>Kamailio (Debian packages kamailio, kamailio-tls-modules, kamailio-websocket-modules) as a proxy between two stacks.</summary>
public sealed class KamailioInteropTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("kamailio").FullName;
    private Process? _kamailio;

    public void Dispose()
    {
        _kamailio?.Kill(entireProcessTree: true);
        _kamailio?.WaitForExit();
        _kamailio?.Dispose();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(SipTransportKind.Udp, SipTransportKind.Tcp)]
    [InlineData(SipTransportKind.Tcp, SipTransportKind.Udp)]
    [InlineData(SipTransportKind.Udp, SipTransportKind.Tls)]
    public async Task A_call_crosses_a_record_routing_proxy_between_transports(SipTransportKind near, SipTransportKind far)
    {
        await using StackPeer caller = new(), called = Called();
        IPEndPoint proxy = await StartAsync(called.Stack.EndPoint(far), far);
        SipRequest invite = caller.NewRequest("INVITE");
        invite.Headers.Set("Contact", $"<sip:a@{caller.Stack.EndPoint(near)};transport={near.UriName()}>");
        var toProxy = new SipDestination(near, proxy);
        caller.Stack.SendRequest("invite", invite, toProxy);

        (SipTransactionId id, SipRequest arrived, SipFlow flow) = await called.RequestAsync();
        Assert.Equal((far, 2), (flow.Transport, arrived.Headers.GetAll("Record-Route").Count));
        SipResponse ok = SipResponse.For(arrived, 200, toTag: "tb");
        ok.Headers.Add("Contact", $"<sip:b@{called.Stack.EndPoint(far)};transport={far.UriName()}>");
        called.Stack.Respond(id, ok);
        SipResponse answer = await caller.FinalAsync("invite");
        Assert.Equal(200, answer.Status);
        var byCaller = SipDialog.FromClient(invite, answer);
        caller.Stack.SendAck(byCaller.CreateAck(invite.CSeq.Number), toProxy);
        Assert.Equal("ACK", (await called.RequestAsync()).Request.Method);

        // The other way: down the flow, along the route set.
        called.Stack.SendRequest("bye", SipDialog.FromServer(arrived, ok).CreateRequest("BYE"), SipDestination.Of(flow));
        (SipTransactionId bye, SipRequest request, SipFlow back) = await caller.RequestAsync();
        Assert.Equal(("BYE", near), (request.Method, back.Transport));
        caller.Stack.Respond(bye, SipResponse.For(request, 200));
        Assert.Equal(200, (await called.FinalAsync("bye")).Status);
    }

    [Fact]
    public async Task A_browser_behind_the_proxys_WebSocket_reaches_us_over_TLS()
    {
        await using StackPeer called = Called();
        called.Handler = StackPeer.AnswerOk;
        IPEndPoint proxy = await StartAsync(called.Stack.EndPoint(SipTransportKind.Tls), SipTransportKind.Tls);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("sip");
        await socket.ConnectAsync(new Uri($"ws://{proxy}/"), CancellationToken.None).WaitAsync(StackPeer.Patience);
        byte[] request = SipText.Bytes(SipText.Minimal("OPTIONS", "Content-Length: 0\n\n").Replace("SIP/2.0/UDP 192.0.2.7:5071", "SIP/2.0/WS a.invalid", StringComparison.Ordinal));
        await socket.SendAsync(request, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).WaitAsync(StackPeer.Patience);
        byte[] buffer = new byte[10_000];
        WebSocketReceiveResult read = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(StackPeer.Patience);
        Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(buffer.AsSpan(0, read.Count), SipLimits.Default, out SipMessage? answer));
        Assert.Equal(200, Assert.IsAssignableFrom<SipResponse>(answer).Status);
        SipRequest arrived = (await called.RequestAsync()).Request;
        Assert.Equal(["TLS", "WS"], arrived.Headers.GetAll("Via").Select(value => SipVia.TryParse(value, out SipVia? via) ? via.Transport : value));
    }

    private StackPeer Called()
    {
        System.Net.Security.SslStreamCertificateContext own = _authority.Context("mcx.example");
        return new StackPeer(change: options => options with
        {
            Listen = [.. options.Listen, new SipListen(SipTransportKind.Tls, new IPEndPoint(IPAddress.Loopback, 0))],
            Tls = new SipTlsOptions { ServerCertificate = () => own },
        });
    }

    private async Task<IPEndPoint> StartAsync(IPEndPoint next, SipTransportKind transport)
    {
        Require();
        IPEndPoint at, tls;
        using (TcpListener probe = new(IPAddress.Loopback, 0), other = new(IPAddress.Loopback, 0))
        {
            probe.Start();
            other.Start();
            (at, tls) = ((IPEndPoint)probe.LocalEndpoint, (IPEndPoint)other.LocalEndpoint);
        }
        await File.WriteAllTextAsync(Path.Combine(_folder, "authority.pem"), _authority.Certificate.ExportCertificatePem());
        // Its TLS does not start without a certificate of its own.
        X509Certificate2 own = _authority.Issue("proxy.example");
        using ECDsa key = own.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(Path.Combine(_folder, "own.pem"), own.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "own.key"), key.ExportPkcs8PrivateKeyPem());
        string configuration = Path.Combine(_folder, "kamailio.cfg");
        await File.WriteAllTextAsync(configuration, $$"""
            debug=1
            log_stderror=yes
            children=1
            listen=udp:{{at}}
            listen=tcp:{{at}}
            listen=tls:{{tls}}
            enable_tls=yes
            tcp_accept_no_cl=yes
            loadmodule "tm.so"
            loadmodule "sl.so"
            loadmodule "rr.so"
            loadmodule "pv.so"
            loadmodule "textops.so"
            loadmodule "siputils.so"
            loadmodule "tls.so"
            loadmodule "xhttp.so"
            loadmodule "websocket.so"
            modparam("tls", "tls_method", "TLSv1.2+")
            modparam("tls", "certificate", "{{_folder}}/own.pem")
            modparam("tls", "private_key", "{{_folder}}/own.key")
            modparam("tls", "ca_list", "{{_folder}}/authority.pem")
            modparam("tls", "verify_certificate", 1)
            request_route {
              if (has_totag()) {
                if (loose_route()) { t_relay(); exit; }
                if (is_method("ACK") && t_check_trans()) { t_relay(); }
                exit;
              }
              record_route();
              $du = "sip:{{next}};transport={{transport.UriName()}}";
              t_relay();
            }
            event_route[xhttp:request] {
              if ($hdr(Upgrade) =~ "websocket") { ws_handle_handshake(); exit; }
              xhttp_reply("404", "Not Found", "", "");
            }
            """);
        _kamailio = Process.Start(new ProcessStartInfo("kamailio", $"-f {configuration} -DD -E -Y {_folder} -m 64 -M 8")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var said = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        _kamailio.ErrorDataReceived += (_, line) => said.Enqueue(line.Data);
        _kamailio.BeginErrorReadLine();
        _kamailio.BeginOutputReadLine();
        long until = Environment.TickCount64 + 2 * (long)StackPeer.Patience.TotalMilliseconds;
        while (true)
        {
            Assert.False(_kamailio.HasExited, string.Join('\n', said));
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            // From another address, or a port that nobody listens at yet may connect to itself.
            socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
            try
            {
                await socket.ConnectAsync(at);
                return at;
            }
            catch (SocketException) when (Environment.TickCount64 < until)
            {
                // It does not listen yet.
                await Task.Yield();
            }
        }
    }

    private static void Require()
    {
        bool installed = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "kamailio")));
        if (installed)
            return;
        const string missing = "kamailio is missing, so NOTHING was compared with it: apt-get install kamailio kamailio-tls-modules kamailio-websocket-modules";
        Assert.False(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase), missing);
        Assert.Skip(missing);
    }
}
