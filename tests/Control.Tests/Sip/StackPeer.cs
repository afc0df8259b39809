using System.Net;
using System.Security.Cryptography;
using System.Threading.Channels;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>A stack on loopback with ephemeral ports whose events are awaited, never slept for.</summary>
internal sealed class StackPeer : ISipUser, ISipTap, IEntropy, IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Channel<(SipTransactionId Id, SipRequest Request, SipFlow Flow)> _requests = Channel.CreateUnbounded<(SipTransactionId, SipRequest, SipFlow)>();
    private readonly Channel<(object Token, SipResponse Response)> _responses = Channel.CreateUnbounded<(object, SipResponse)>();
    private readonly Channel<(object Token, SipFailure Failure)> _failures = Channel.CreateUnbounded<(object, SipFailure)>();
    private readonly Channel<(object Token, SipResponse? Final)> _outcomes = Channel.CreateUnbounded<(object, SipResponse?)>();
    private readonly Channel<SipFlow> _closed = Channel.CreateUnbounded<SipFlow>();
    private int _sequence;
    private volatile bool _isBusy;

    public StackPeer(bool udp = true, bool tcp = true, Func<SipStackOptions, SipStackOptions>? change = null, bool start = true)
    {
        var listen = new List<SipListen>();
        if (udp)
            listen.Add(new SipListen(SipTransportKind.Udp, new IPEndPoint(IPAddress.Loopback, 0)));
        if (tcp)
            listen.Add(new SipListen(SipTransportKind.Tcp, new IPEndPoint(IPAddress.Loopback, 0)));
        var options = new SipStackOptions { Listen = listen };
        Stack = new SipStack(change?.Invoke(options) ?? options, this, this, this);
        if (start)
            Stack.Start();
    }

    public SipStack Stack { get; }

    /// <summary>Answers on the stack's thread; when null, requests wait for <see cref="RequestAsync"/>.</summary>
    public Action<StackPeer, SipTransactionId, SipRequest, SipFlow>? Handler { get; set; }

    /// <summary>As <see cref="ISipUser.IsBusy"/>.</summary>
    public bool IsBusy
    {
        get => _isBusy;
        set => _isBusy = value;
    }

    public Action<SipFlow, byte[]>? OnSent { get; set; }

    public Action<SipFlow, byte[]>? OnReceived { get; set; }

    public SipDestination Destination(SipTransportKind transport) => new(transport, Stack.EndPoint(transport));

    public SipRequest NewRequest(string method, string body = "")
    {
        int number = Interlocked.Increment(ref _sequence);
        var request = new SipRequest(method, "sip:service@example.org");
        request.Headers.Add("From", $"<sip:a@example.org>;tag=f{number}").Add("To", "<sip:service@example.org>")
            .Add("Call-ID", $"{number}-{GetHashCode()}").Add("CSeq", $"{number} {method}").Add("Contact", "<sip:a@127.0.0.1>");
        if (body.Length > 0)
            request.SetBody("text/plain", System.Text.Encoding.UTF8.GetBytes(body));
        return request;
    }

    public Task<(SipTransactionId Id, SipRequest Request, SipFlow Flow)> RequestAsync() => _requests.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task<SipResponse> FinalAsync(object token)
    {
        while (true)
        {
            var (from, response) = await _responses.Reader.ReadAsync().AsTask().WaitAsync(Patience);
            if (Equals(from, token) && !response.IsProvisional)
                return response;
        }
    }

    public Task<(object Token, SipResponse Response)> ResponseAsync() => _responses.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public Task<(object Token, SipFailure Failure)> FailureAsync() => _failures.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>The final response, or null when the request failed.</summary>
    public async Task<SipResponse?> OutcomeAsync(object token)
    {
        while (true)
        {
            var (from, final) = await _outcomes.Reader.ReadAsync().AsTask().WaitAsync(Patience);
            if (Equals(from, token))
                return final;
        }
    }

    public Task<SipFlow> ClosedAsync() => _closed.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Answers everything 200 but ACK.</summary>
    public static void AnswerOk(StackPeer peer, SipTransactionId id, SipRequest request, SipFlow flow)
    {
        if (id.Value == 0)
            return;
        SipResponse response = SipResponse.For(request, request.Method == "CANCEL" ? 487 : 200, toTag: "tb");
        response.Headers.Add("Contact", $"<sip:b@{flow.Local}>");
        peer.Stack.Respond(id, response);
    }

    void ISipUser.OnRequest(SipTransactionId transaction, SipRequest request, SipFlow flow)
    {
        _requests.Writer.TryWrite((transaction, request, flow));
        Handler?.Invoke(this, transaction, request, flow);
    }

    void ISipUser.OnResponse(object token, SipResponse response)
    {
        _responses.Writer.TryWrite((token, response));
        if (!response.IsProvisional)
            _outcomes.Writer.TryWrite((token, response));
    }

    void ISipUser.OnFailure(object token, SipFailure failure)
    {
        _failures.Writer.TryWrite((token, failure));
        _outcomes.Writer.TryWrite((token, null));
    }

    void ISipUser.OnFlowClosed(SipFlow flow) => _closed.Writer.TryWrite(flow);

    void ISipTap.Sent(SipFlow flow, ReadOnlySpan<byte> bytes) => OnSent?.Invoke(flow, bytes.ToArray());

    void ISipTap.Received(SipFlow flow, ReadOnlySpan<byte> bytes) => OnReceived?.Invoke(flow, bytes.ToArray());

    void IEntropy.Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

    public ValueTask DisposeAsync() => Stack.DisposeAsync();
}
