namespace MediaEngine.Sip;

/// <summary>
/// RFC 3261 17.2.2 with RFC 4320 (no provisional but a late 100, no 408):
/// <code>
/// Trying -100-> Proceeding   Trying, Proceeding -200..699-> Completed -J-> Terminated   Trying, Proceeding -401, 407-> Terminated
/// </code>
/// </summary>
internal sealed class NonInviteServerTransaction(SipTransactionId id, UInt128 key, SipDestination destination, SipRequest request)
    : ServerTransaction(id, key, destination, request)
{
    public override void Start(SipMachineContext context)
    {
        State = SipTransactionState.Trying;
        Timers.Start(SipTimer.Trying, context.Now, UntilTimerEReachesT2(context.Options));
        Timers.Start(SipTimer.Abandon, context.Now, context.Timeout);
    }

    public override void OnRetransmission(SipMachineContext context)
    {
        context.Counters.Add(SipCounter.RetransmissionsAbsorbed);
        if (Last.Length > 0)
            Resend(Last, context);
    }

    public override bool Respond(SipResponse response, SipMachineContext context)
    {
        if (State is not (SipTransactionState.Trying or SipTransactionState.Proceeding))
            return Drop(SipCounter.LateResponseDropped, context);
        if (response.IsProvisional)
        {
            // RFC 4320 4.1: the automatic 100 comes when it may.
            return Drop(SipCounter.ResponseNotAllowedDropped, context);
        }
        if (response.Status == 408)
        {
            // RFC 4320 4.2: the client has timed out already; the answer could only be a stray.
            Terminate();
            return Drop(SipCounter.ResponseNotAllowedDropped, context);
        }
        Timers.StopAll();
        SendNew(response, context);
        // RFC 3261 8.2.7: a challenge is made anew for a repeated request, so that those who proved nothing leave no state.
        if (IsReliable || response.Status is 401 or 407)
            Terminate();
        else
        {
            // The layer keeps the response until Timer J, without this object.
            State = SipTransactionState.Completed;
        }
        return true;
    }

    public override void OnTimer(SipTimer timer, SipMachineContext context)
    {
        if (timer == SipTimer.Trying)
        {
            State = SipTransactionState.Proceeding;
            SendNew(SipResponse.For(Request!, 100), context);
        }
        else
            Terminate();
    }

    /// <summary>3.5 s with the default timers: the retransmission after which the client's Timer E is T2.</summary>
    private static TimeSpan UntilTimerEReachesT2(SipTransactionOptions options)
    {
        TimeSpan sum = TimeSpan.Zero;
        for (TimeSpan interval = options.T1; interval < options.T2; interval *= 2)
            sum += interval;
        return sum;
    }
}
