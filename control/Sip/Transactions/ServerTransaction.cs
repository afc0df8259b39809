namespace MediaEngine.Sip;

/// <summary>What the two server machines share: the request, and the response that is sent again.</summary>
internal abstract class ServerTransaction(SipTransactionId id, UInt128 key, SipDestination destination, SipRequest request)
    : SipTransaction(id, destination)
{
    /// <summary>Finds it for repetitions, and for an INVITE its ACK and CANCEL.</summary>
    public UInt128 Key { get; } = key;

    /// <summary>Let go of as soon as no response can be made of it any more.</summary>
    protected SipRequest? Request { get; set; } = request;

    /// <summary>Call-ID, From tag and CSeq of a request outside dialogs, or null: finds merged requests (RFC 3261 8.2.2.2).</summary>
    public UInt128? MergeKey { get; init; }

    /// <summary>The newest response as it was sent; empty before.</summary>
    public ReadOnlyMemory<byte> Last { get; private set; }

    public abstract void Start(SipMachineContext context);

    public abstract void OnRetransmission(SipMachineContext context);

    /// <summary>False: the response came too late or may not be sent; it was dropped and counted.</summary>
    public abstract bool Respond(SipResponse response, SipMachineContext context);

    protected void SendNew(SipResponse response, SipMachineContext context)
    {
        Last = response.ToBytes();
        Send(Last, context);
    }

    protected static bool Drop(SipCounter reason, SipMachineContext context)
    {
        context.Counters.Add(reason);
        return false;
    }
}
