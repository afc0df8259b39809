namespace MediaEngine.Sip;

/// <summary>
/// RFC 3261 17.1.2:
/// <code>
/// Trying -1xx-> Proceeding   Trying, Proceeding -200..699-> Completed   -F-> Terminated   Completed -K-> Terminated
/// </code>
/// </summary>
internal sealed class NonInviteClientTransaction(SipTransactionId id, string key, SipDestination destination, SipRequest request, object? token)
    : ClientTransaction(id, key, destination, request, token)
{
    protected override void Begin(SipMachineContext context)
    {
        State = SipTransactionState.Trying;
        if (!IsReliable)
            Timers.Start(SipTimer.E, context.Now, Interval);
        Timers.Start(SipTimer.F, context.Now, context.Timeout);
    }

    public override void OnTimer(SipTimer timer, SipMachineContext context)
    {
        switch (timer)
        {
            case SipTimer.E:
                Interval = State == SipTransactionState.Proceeding ? context.Options.T2 : context.Doubled(Interval);
                Timers.Start(SipTimer.E, context.Now, Interval);
                Resend(Bytes, context);
                break;
            case SipTimer.F:
                Fail(SipFailure.Timeout, context);
                break;
            case SipTimer.K:
                Terminate();
                break;
        }
    }

    public override void OnResponse(SipResponse response, SipMachineContext context)
    {
        if (State is not (SipTransactionState.Trying or SipTransactionState.Proceeding))
        {
            context.Counters.Add(SipCounter.RetransmissionsAbsorbed);
            return;
        }
        Deliver(response, context);
        if (response.IsProvisional)
        {
            State = SipTransactionState.Proceeding;
            return;
        }
        Timers.StopAll();
        LetGoOfRequest();
        if (IsReliable)
        {
            Terminate();
            return;
        }
        State = SipTransactionState.Completed;
        Timers.Start(SipTimer.K, context.Now, context.Options.T4);
    }
}
