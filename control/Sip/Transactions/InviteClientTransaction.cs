using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>
/// RFC 3261 17.1.1 with the Accepted state of RFC 6026:
/// <code>
/// Calling    -1xx-> Proceeding   -2xx-> Accepted   -300..699-> Completed   -B-> Terminated
/// Proceeding -2xx-> Accepted     -300..699-> Completed   -C-> CANCEL, then Terminated
/// Completed  -D-> Terminated     Accepted -M-> Terminated
/// </code>
/// </summary>
internal sealed class InviteClientTransaction(SipTransactionId id, string key, SipDestination destination, SipRequest request, object? token)
    : ClientTransaction(id, key, destination, request, token)
{
    private ReadOnlyMemory<byte> _ack;
    private bool _cancelWanted;

    /// <summary>The layer must send a CANCEL now; it takes the flag.</summary>
    public bool CancelDue { get; set; }

    public bool CancelSent { get; private set; }

    protected override void Begin(SipMachineContext context)
    {
        State = SipTransactionState.Calling;
        if (!IsReliable)
            Timers.Start(SipTimer.A, context.Now, Interval);
        Timers.Start(SipTimer.B, context.Now, context.Timeout);
    }

    /// <summary>RFC 3261 9.1: a CANCEL before any provisional response waits for one.</summary>
    public void Cancel(SipMachineContext context)
    {
        _cancelWanted = true;
        if (State == SipTransactionState.Proceeding)
            StartCancel(context);
    }

    public override void OnTimer(SipTimer timer, SipMachineContext context)
    {
        switch (timer)
        {
            case SipTimer.A:
                Interval *= 2;
                Timers.Start(SipTimer.A, context.Now, Interval);
                Resend(Bytes, context);
                break;
            case SipTimer.B:
                Fail(SipFailure.Timeout, context);
                break;
            case SipTimer.C when !CancelSent:
                StartCancel(context);
                break;
            case SipTimer.C:
                // RFC 3261 9.1: no final response within 64*T1 of the CANCEL.
                Fail(SipFailure.Timeout, context);
                break;
            case SipTimer.D or SipTimer.M:
                Terminate();
                break;
        }
    }

    public override void OnResponse(SipResponse response, SipMachineContext context)
    {
        bool pending = State is SipTransactionState.Calling or SipTransactionState.Proceeding;
        if (response.IsProvisional && pending)
            OnProvisional(response, context);
        else if (response.IsSuccess && pending)
        {
            Timers.StopAll();
            LetGoOfRequest();
            State = SipTransactionState.Accepted;
            Timers.Start(SipTimer.M, context.Now, context.Timeout);
            Deliver(response, context);
        }
        else if (response.IsSuccess && State == SipTransactionState.Accepted)
            Deliver(response, context);
        else if (response.Status >= 300 && pending)
            OnRefusal(response, context);
        else if (response.Status >= 300 && State == SipTransactionState.Completed)
            Resend(_ack, context);
        else
            context.Counters.Add(SipCounter.StrayResponseDropped);
    }

    private void OnProvisional(SipResponse response, SipMachineContext context)
    {
        State = SipTransactionState.Proceeding;
        Timers.Stop(SipTimer.A);
        Timers.Stop(SipTimer.B);
        if (!CancelSent)
            Timers.Start(SipTimer.C, context.Now, context.Options.TimerC);
        Deliver(response, context);
        if (_cancelWanted)
            StartCancel(context);
    }

    private void OnRefusal(SipResponse response, SipMachineContext context)
    {
        Timers.StopAll();
        _ack = MakeAck(response).ToBytes();
        LetGoOfRequest();
        Send(_ack, context);
        Deliver(response, context);
        if (IsReliable)
        {
            Terminate();
            return;
        }
        State = SipTransactionState.Completed;
        Timers.Start(SipTimer.D, context.Now, context.Options.TimerD);
    }

    private void StartCancel(SipMachineContext context)
    {
        if (CancelSent)
            return;
        CancelSent = true;
        CancelDue = true;
        Timers.Start(SipTimer.C, context.Now, context.Timeout);
    }

    /// <summary>RFC 3261 9.1: same Request-URI, top Via, From, To, Call-ID, Route and CSeq number.</summary>
    public SipRequest MakeCancel() => Derive(SipMethods.Cancel, Request.Headers.Get("To") ?? "");

    /// <summary>RFC 3261 17.1.1.3: the To of the response.</summary>
    private SipRequest MakeAck(SipResponse response) => Derive(SipMethods.Ack, response.Headers.Get("To") ?? "");

    private SipRequest Derive(string method, string to)
    {
        var derived = new SipRequest(method, Request.RequestUri);
        derived.Headers.Add("Via", Request.Headers.Get("Via") ?? "");
        derived.Headers.Add("Max-Forwards", "70");
        foreach (string route in Request.Headers.GetAll("Route"))
            derived.Headers.Add("Route", route);
        derived.Headers.Add("From", Request.Headers.Get("From") ?? "");
        derived.Headers.Add("To", to);
        derived.Headers.Add("Call-ID", Request.CallId);
        derived.Headers.Add("CSeq", Request.CSeq.Number.ToString(CultureInfo.InvariantCulture) + " " + method);
        return derived;
    }
}
