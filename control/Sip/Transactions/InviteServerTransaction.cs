namespace MediaEngine.Sip;

/// <summary>
/// RFC 3261 17.2.1 with the Accepted state of RFC 6026, and the UAS core's 2xx retransmission of 13.3.1.4:
/// <code>
/// Proceeding -2xx-> Accepted -L-> Terminated
/// Proceeding -300..699-> Completed -ACK-> Confirmed -I-> Terminated   Completed -H-> Terminated
/// </code>
/// </summary>
internal sealed class InviteServerTransaction(SipTransactionId id, UInt128 key, SipDestination destination, SipRequest request)
    : ServerTransaction(id, key, destination, request)
{
    private TimeSpan _interval;
    private bool _acknowledged;

    /// <summary>A CANCEL was taken; further ones are answered but not passed on.</summary>
    public bool Cancelled { get; set; }

    /// <summary>The key under which the ACK of our 2xx is found; null before.</summary>
    public string? AckKey { get; set; }

    /// <summary>The dialog of our 2xx while that is not acknowledged; else null.</summary>
    public string? UnacknowledgedDialog { get; set; }

    /// <summary>Waits for the ACK, or for the end of the transaction.</summary>
    public (object Token, SipRequest Request, SipDestination Destination)? HeldBye { get; set; }

    public override void Start(SipMachineContext context)
    {
        State = SipTransactionState.Proceeding;
        Timers.Start(SipTimer.Trying, context.Now, context.Options.TryingAfter);
    }

    public override void OnRetransmission(SipMachineContext context)
    {
        context.Counters.Add(SipCounter.RetransmissionsAbsorbed);
        if (State is SipTransactionState.Proceeding or SipTransactionState.Completed && Last.Length > 0)
            Resend(Last, context);
    }

    /// <summary>An ACK with the INVITE's branch. True: it acknowledges a 2xx for the first time and goes to the user.</summary>
    public bool OnAck(SipMachineContext context)
    {
        switch (State)
        {
            case SipTransactionState.Completed:
                Timers.StopAll();
                State = SipTransactionState.Confirmed;
                if (IsReliable)
                    Terminate();
                else
                    Timers.Start(SipTimer.I, context.Now, context.Options.T4);
                return false;
            case SipTransactionState.Accepted when !_acknowledged:
                _acknowledged = true;
                Timers.Stop(SipTimer.Success);
                return true;
            case SipTransactionState.Accepted or SipTransactionState.Confirmed:
                context.Counters.Add(SipCounter.RetransmissionsAbsorbed);
                return false;
            default:
                context.Counters.Add(SipCounter.StrayAckDropped);
                return false;
        }
    }

    public override bool Respond(SipResponse response, SipMachineContext context)
    {
        if (State == SipTransactionState.Accepted && response.IsSuccess)
        {
            Send(response.ToBytes(), context);
            return true;
        }
        if (State != SipTransactionState.Proceeding)
            return Drop(SipCounter.LateResponseDropped, context);
        Timers.Stop(SipTimer.Trying);
        SendNew(response, context);
        _interval = context.Options.T1;
        if (!response.IsProvisional)
            Request = null;
        if (response.IsSuccess)
        {
            State = SipTransactionState.Accepted;
            Timers.Start(SipTimer.Success, context.Now, _interval);
            Timers.Start(SipTimer.L, context.Now, context.Timeout);
        }
        else if (!response.IsProvisional)
        {
            State = SipTransactionState.Completed;
            if (!IsReliable)
                Timers.Start(SipTimer.G, context.Now, _interval);
            Timers.Start(SipTimer.H, context.Now, context.Timeout);
        }
        return true;
    }

    public override void OnTimer(SipTimer timer, SipMachineContext context)
    {
        switch (timer)
        {
            case SipTimer.Trying:
                SendNew(SipResponse.For(Request!, 100), context);
                break;
            case SipTimer.G or SipTimer.Success:
                _interval = context.Doubled(_interval);
                Timers.Start(timer, context.Now, _interval);
                Resend(Last, context);
                break;
            case SipTimer.L:
                Terminate();
                if (!_acknowledged)
                    context.Effects.Failed(Id, Id, SipFailure.NoAck);
                break;
            case SipTimer.H or SipTimer.I:
                // After H nothing is left to undo: the INVITE was refused.
                Terminate();
                break;
        }
    }
}
