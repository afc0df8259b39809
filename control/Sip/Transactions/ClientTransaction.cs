namespace MediaEngine.Sip;

/// <summary>What the two client machines share: the request, its token, and the way back from TCP to UDP.</summary>
internal abstract class ClientTransaction(SipTransactionId id, string key, SipDestination destination, SipRequest request, object? token)
    : SipTransaction(id, destination)
{
    private SipRequest? _request = request;

    /// <summary>Finds it for responses.</summary>
    public string Key { get; } = key;

    /// <summary>With our Via on top. Only until <see cref="LetGoOfRequest"/>.</summary>
    public SipRequest Request => _request ?? throw new InvalidOperationException("The request was answered and let go of.");

    /// <summary>Null for the layer's own CANCEL: nothing is reported.</summary>
    public object? Token { get; } = token;

    /// <summary>Where to go when TCP, chosen for the size only, is refused; null = nowhere.</summary>
    public SipDestination? UdpFallback { get; set; }

    protected ReadOnlyMemory<byte> Bytes { get; set; }

    protected TimeSpan Interval { get; set; }

    public void Start(ReadOnlyMemory<byte> bytes, SipMachineContext context)
    {
        Bytes = bytes;
        Interval = context.Options.T1;
        Timers.StopAll();
        Begin(context);
        Send(bytes, context);
    }

    public abstract void OnResponse(SipResponse response, SipMachineContext context);

    /// <summary>The request could not be sent (RFC 3261 17.1.4).</summary>
    public void OnTransportError(SipMachineContext context)
    {
        if (State is SipTransactionState.Calling or SipTransactionState.Trying or SipTransactionState.Proceeding)
            Fail(SipFailure.TransportError, context);
    }

    /// <summary>Starts over on UDP with the rewritten Via.</summary>
    public void FallBack(ReadOnlyMemory<byte> bytes, SipMachineContext context)
    {
        Destination = UdpFallback ?? throw new InvalidOperationException("There is no fallback.");
        UdpFallback = null;
        Start(bytes, context);
    }

    /// <summary>There is a final response: the request is not sent again, and nothing is made of it any more.</summary>
    protected void LetGoOfRequest() => (_request, Bytes) = (null, default);

    protected abstract void Begin(SipMachineContext context);

    protected void Deliver(SipResponse response, SipMachineContext context)
    {
        if (Token is not null)
            context.Effects.DeliverResponse(Id, Token, response);
    }

    protected void Fail(SipFailure failure, SipMachineContext context)
    {
        Terminate();
        if (Token is not null)
            context.Effects.Failed(Id, Token, failure);
    }
}
