using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>A request that arrived, for the endpoint's loop. Transaction 0 = the ACK for a 2xx.</summary>
internal readonly record struct ArrivedRequest(SipTransactionId Transaction, SipRequest Request, SipFlow Flow);

/// <summary>
/// The user agent's side of a <see cref="SipStack"/>: requests as tasks, digest answered, incoming requests as a queue. Everything
/// goes to the profile's server, whatever a message's URI says.
/// </summary>
internal sealed class SipAgent : ISipUser, IAsyncDisposable
{
    private const int ArrivedLimit = 1024;

    // RFC 3261 18.1.1 wants TCP for large requests where the path MTU is not known; here it is 65536.
    private static readonly SipTransactionOptions LoopbackTransactions = new() { MaxUdpRequest_bytes = 60_000 };

    // RFC 5626 4.4.1: within two minutes, and well before the server takes the connection for idle.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(100);

    private readonly ClientProfile _profile;
    private readonly TimeSpan _timeout;
    private readonly SipStack _stack;
    private readonly Channel<ArrivedRequest> _arrived = Channel.CreateBounded<ArrivedRequest>(ArrivedLimit);
    private uint _nonceCount;
    private string? _challenge;

    public SipAgent(ClientProfile profile, EndpointOptions options)
    {
        _profile = profile;
        _timeout = options.SipTimeout;
        var address = new IPEndPoint(profile.LocalAddress, profile.LocalPort);
        _stack = new SipStack(
            new SipStackOptions
            {
                Listen = [new SipListen(SipTransportKind.Udp, address), new SipListen(SipTransportKind.Tcp, address)],
                Tls = new SipTlsOptions { TrustedServers = TrustedServersOf(profile) },
                KeepAlive = KeepAlive,
                ServerName = "mcx",
                Transactions = IPAddress.IsLoopback(profile.Server.Address) ? LoopbackTransactions : new SipTransactionOptions(),
            },
            this,
            SystemEntropy.Instance,
            options.Tap is null ? null : new SipTapAdapter(options.Tap));
    }

    /// <summary>Requests in the order in which they came.</summary>
    public ChannelReader<ArrivedRequest> Arrived => _arrived.Reader;

    /// <summary>
    /// Where the server reaches this client, <c>address:port;transport=tcp</c>; over TLS only the connection leads to it.
    /// </summary>
    public string ContactHostPort =>
        $"{_stack.EndPoint(_profile.Transport == SipTransportKind.Udp ? SipTransportKind.Udp : SipTransportKind.Tcp)};transport={_profile.Transport.UriName()}";

    /// <summary>Called when the connection to the server closed and the server reaches this client over nothing else.</summary>
    public Action? ServerLost { get; set; }

    private SipDestination Server => new(_profile.Transport, _profile.Server, ServerName: _profile.ServerTls?.Name);

    /// <exception cref="ToolException">The local address cannot be bound.</exception>
    public void Start()
    {
        try
        {
            _stack.Start();
        }
        catch (SipBindException e)
        {
            throw new ToolException($"{e.Message} Check local.address in the profile.", ToolExit.Usage, e);
        }
    }

    /// <summary>Sends, answers one challenge, and gives the final response.</summary>
    /// <exception cref="ToolException">No final response came.</exception>
    public async Task<SipResponse> RequestAsync(SipRequest request, CancellationToken cancellation)
    {
        SipExchange exchange = await ExchangeAsync(request, cancellation).ConfigureAwait(false);
        return await exchange.Final.ConfigureAwait(false);
    }

    /// <summary>
    /// As <see cref="RequestAsync"/>, and gives the exchange that brought the final response: an INVITE's ACK goes with it.
    /// A cancelled INVITE is cancelled at the server too, and its final response waited for.
    /// </summary>
    public async Task<SipExchange> ExchangeAsync(SipRequest request, CancellationToken cancellation)
    {
        if (_challenge is not null)
            Authorise(request, [_challenge], "Authorization");
        SipExchange exchange = await SendOnceAsync(request, cancellation).ConfigureAwait(false);
        SipResponse response = await exchange.Final.ConfigureAwait(false);
        if (response.Status is not (401 or 407))
            return exchange;
        bool proxy = response.Status == 407;
        IReadOnlyList<string> challenges = response.Headers.GetAll(proxy ? "Proxy-Authenticate" : "WWW-Authenticate");
        bool answeredBefore = request.Headers.Contains(proxy ? "Proxy-Authorization" : "Authorization");
        // Credentials that were sent already were refused, unless only the nonce was too old.
        if (answeredBefore && !challenges.Any(DigestClient.IsStale))
            return exchange;
        SipRequest again = request.Clone();
        again.Headers.Remove("Via");
        again.Headers.Set("CSeq", $"{request.CSeq.Number + 1} {request.Method}");
        _nonceCount = 0;
        if (!Authorise(again, challenges, proxy ? "Proxy-Authorization" : "Authorization"))
        {
            throw new ToolException(
                $"the server's challenge is not for realm '{_profile.Realm}', or asks for a digest this client does not know " +
                $"({string.Join(" | ", challenges)}); set realm in the profile.", ToolExit.Refused);
        }
        exchange = await SendOnceAsync(again, cancellation).ConfigureAwait(false);
        await exchange.Final.ConfigureAwait(false);
        return exchange;
    }

    /// <summary>Sends the ACK for the exchange's 2xx, now and for each repetition of it.</summary>
    public void Acknowledge(SipExchange exchange, SipRequest ack)
    {
        exchange.Ack = ack;
        _stack.SendAck(ack, Server);
    }

    public void Respond(SipTransactionId transaction, SipResponse response) => _stack.Respond(transaction, response);

    public void OnRequest(SipTransactionId transaction, SipRequest request, SipFlow flow)
    {
        if (!_arrived.Writer.TryWrite(new ArrivedRequest(transaction, request, flow)) && transaction.Value != 0)
            _stack.Respond(transaction, SipResponse.For(request, 503));
    }

    public void OnResponse(object token, SipResponse response)
    {
        if (token is not SipExchange exchange)
            return;
        if (exchange.Early?.TryAcknowledge(response, out SipRequest? prack) == true)
        {
            if (_challenge is not null)
                Authorise(prack, [_challenge], "Authorization");
            _stack.SendRequest(new SipExchange(prack), prack, Server);
        }
        if (response.IsProvisional)
            return;
        if (!exchange.TryComplete(response) && response.IsSuccess && exchange.Ack is { } ack)
            _stack.SendAck(ack, Server);
    }

    public void OnFailure(object token, SipFailure failure)
    {
        if (token is not SipExchange exchange)
            return;
        string what = $"no answer to {exchange.Request.Method} from {_profile.Server} over {_profile.Transport} ({failure}); " +
            "check that the server runs and that server.address, port and transport in the profile are right.";
        exchange.Fail(failure == SipFailure.Timeout ? new NoAnswerException(what) : new ToolException(what, ToolExit.Unreachable));
    }

    public void OnFlowClosed(SipFlow flow)
    {
        if (flow.Transport == SipTransportKind.Tls)
            ServerLost?.Invoke();
    }

    public async ValueTask DisposeAsync()
    {
        _arrived.Writer.TryComplete();
        await _stack.DisposeAsync().ConfigureAwait(false);
    }

    private static X509Certificate2Collection? TrustedServersOf(ClientProfile profile)
    {
        try
        {
            return profile.ServerTls?.TrustedCertificatePath is { } path ? TlsCertificate.LoadTrusted(path) : null;
        }
        catch (ConfigurationException e)
        {
            throw new ToolException($"{e.Message} It is server.trusted-certificate of the profile.", ToolExit.Usage, e);
        }
    }

    private async Task<SipExchange> SendOnceAsync(SipRequest request, CancellationToken cancellation)
    {
        var exchange = new SipExchange(request);
        if (!_stack.SendRequest(exchange, request, Server))
            throw new ToolException($"the SIP stack's queue is full; {request.Method} was not sent.", ToolExit.Unreachable);
        // An INVITE rings as long as the caller waits; its transaction has timers of its own.
        bool invite = request.Method == SipMethods.Invite;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (!invite)
            limit.CancelAfter(_timeout);
        try
        {
            await exchange.Final.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            OnFailure(exchange, SipFailure.Timeout);
        }
        catch (OperationCanceledException) when (invite)
        {
            _stack.Cancel(exchange);
            // 487, or a 2xx that crossed the CANCEL: the caller must see it, to acknowledge and hang up.
            try
            {
                await exchange.Final.WaitAsync(_timeout, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }
        return exchange;
    }

    private bool Authorise(SipRequest request, IReadOnlyList<string> challenges, string header)
    {
        string? answer = DigestClient.Answer(
            challenges, _profile.Realm, _profile.AuthenticationUser,
            algorithm => DigestCalculator.HashA1(algorithm, _profile.AuthenticationUser, _profile.Realm, _profile.Password),
            request.Method, request.RequestUri, SystemEntropy.Instance.NextToken(), Interlocked.Increment(ref _nonceCount));
        if (answer is null)
            return false;
        request.Headers.Set(header, answer);
        // The nonce is good for the next requests too, until the server calls it stale.
        if (header == "Authorization")
            _challenge = challenges.First(challenge => challenge.Contains($"\"{_profile.Realm}\"", StringComparison.Ordinal));
        return true;
    }
}
