using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>What every machine gets to work with; one per layer, refilled at each call.</summary>
internal sealed class SipMachineContext(SipTransactionOptions options, SipCounters counters)
{
    public SipTransactionOptions Options { get; } = options;

    public SipCounters Counters { get; } = counters;

    public Instant Now { get; set; }

    public SipEffects Effects { get; set; } = new();

    /// <summary>64*T1: Timers B, F, H, J, L, M.</summary>
    public TimeSpan Timeout => Options.T1 * 64;

    public TimeSpan Doubled(TimeSpan interval) => interval * 2 < Options.T2 ? interval * 2 : Options.T2;
}

/// <summary>One of the four machines.</summary>
internal abstract class SipTransaction(SipTransactionId id, SipDestination destination)
{
    public SipTransactionId Id { get; } = id;

    public SipDestination Destination { get; protected set; } = destination;

    public bool IsReliable => Destination.Transport != SipTransportKind.Udp;

    public SipTransactionState State { get; protected set; }

    public bool IsTerminated => State == SipTransactionState.Terminated;

    public SipTimers Timers { get; } = new();

    /// <summary>The deadline this transaction stands in the layer's heap with; later entries of it are stale.</summary>
    public Instant Queued { get; set; } = Instant.Never;

    public abstract void OnTimer(SipTimer timer, SipMachineContext context);

    protected void Terminate()
    {
        Timers.StopAll();
        State = SipTransactionState.Terminated;
    }

    protected void Send(ReadOnlyMemory<byte> bytes, SipMachineContext context) => context.Effects.Send(Id, bytes, Destination);

    protected void Resend(ReadOnlyMemory<byte> bytes, SipMachineContext context)
    {
        context.Counters.Add(SipCounter.Retransmissions);
        Send(bytes, context);
    }
}
