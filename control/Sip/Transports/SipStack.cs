using System.Net;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>The shell: UDP and TCP listeners and one thread that owns the transaction layer.</summary>
public sealed class SipStack : IAsyncDisposable
{
    private readonly SipStackOptions _options;

    public SipStack(SipStackOptions options, ISipUser user, IEntropy entropy, ISipTap? tap = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(entropy);
        _options = options;
        _ = tap;
    }

    public SipCounters Counters { get; } = new();

    /// <summary>Binds and starts. Throws <see cref="SipBindException"/> when a listener cannot be opened.</summary>
    public void Start() => throw new NotSupportedException();

    /// <summary>The bound endpoint of a transport.</summary>
    public IPEndPoint EndPoint(SipTransportKind transport) => _options.Listen.First(listen => listen.Transport == transport).EndPoint;

    /// <summary>
    /// Sends a request; the outcome comes with <paramref name="token"/>. The request is copied and gets its Via. False: the
    /// command queue is full, nothing was sent and nothing will be reported.
    /// </summary>
    public bool SendRequest(object token, SipRequest request, SipDestination destination) => throw new NotSupportedException();

    /// <summary>Sends the ACK for a 2xx; it has no transaction.</summary>
    public bool SendAck(SipRequest ack, SipDestination destination) => throw new NotSupportedException();

    /// <summary>Answers a request.</summary>
    public bool Respond(SipTransactionId transaction, SipResponse response) => throw new NotSupportedException();

    /// <summary>Cancels the INVITE sent with this token: at once, or as soon as a provisional response allows it.</summary>
    public bool Cancel(object token) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
