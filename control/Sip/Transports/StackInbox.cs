using System.Threading.Channels;

namespace MediaEngine.Sip;

/// <summary>
/// The stack thread's queues: what transports report (bounded by connections and sends), what the user asks, what is urgent, what flows
/// bring that somebody authenticated on, and what strangers bring. Taken in that order, so a flood from a wire cannot hold back the rest;
/// of what is urgent three for each other.
/// </summary>
internal sealed class StackInbox(SipStackOptions options, SipCounters counters, KnownSources known) : IDisposable
{
    private readonly Channel<StackItem> _events = Channel.CreateUnbounded<StackItem>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<StackItem> _commands = Bounded(options.CommandQueue_items);
    private readonly Channel<StackItem> _urgent = Bounded(options.ReceiveQueue_messages);
    private readonly Channel<StackItem> _known = Bounded(options.ReceiveQueue_messages);
    private readonly Channel<StackItem> _strangers = Bounded(options.ReceiveQueue_messages);
    private readonly Doorbell _doorbell = new();
    private uint _urgentTurns;
    private long _queued_bytes;
    private readonly int[] _waiting_messages = new int[Enum.GetValues<SipStanding>().Length];

    /// <summary>Octets of the wires' messages that wait, as they were on the wire.</summary>
    public long Queued_bytes => Interlocked.Read(ref _queued_bytes);

    /// <summary>More wait than come in an ordinary moment.</summary>
    public bool IsBehind => Waiting_messages(SipStanding.Known) + Waiting_messages(SipStanding.Stranger) > options.ReceiveQueue_messages / 16;

    public void PostEvent(in StackItem item)
    {
        _events.Writer.TryWrite(item);
        Wake();
    }

    public bool TryPostCommand(in StackItem item)
    {
        if (!_commands.Writer.TryWrite(item))
        {
            counters.Add(SipCounter.CommandQueueFull);
            return false;
        }
        Wake();
        return true;
    }

    /// <summary>Parses and queues one message; counts whatever is dropped.</summary>
    public void PostWire(ReadOnlySpan<byte> bytes, SipFlow flow)
    {
        // Before the parser, which is what a flood costs most in. A quarter is kept for those who are known.
        bool isKnown = known.Contains(flow);
        if (flow.Transport == SipTransportKind.Udp && IsCrowded(isKnown, bytes))
        {
            counters.Add(SipCounter.CrowdDropped);
            return;
        }
        long limit_bytes = isKnown ? options.ReceiveQueue_bytes : options.ReceiveQueue_bytes - (options.ReceiveQueue_bytes / 4);
        if (Queued_bytes + bytes.Length > limit_bytes)
        {
            counters.Add(SipCounter.QueueFullDropped);
            return;
        }
        SipParseOutcome outcome = SipParser.TryParse(bytes, options.Limits, out SipMessage? message);
        switch (outcome)
        {
            case SipParseOutcome.Ok:
                PostWire(Item(StackItemKind.Message, message!, flow, bytes.Length));
                break;
            case SipParseOutcome.BadRequest:
                counters.Add(SipCounter.BadRequestAnswered);
                PostWire(Item(StackItemKind.Reject, message!, flow, bytes.Length) with { Status = 400 });
                break;
            case SipParseOutcome.UnsupportedVersion:
                counters.Add(SipCounter.UnsupportedVersionAnswered);
                PostWire(Item(StackItemKind.Reject, message!, flow, bytes.Length) with { Status = 505 });
                break;
            case SipParseOutcome.Empty:
                counters.Add(SipCounter.KeepAlives);
                break;
            case SipParseOutcome.TooLarge:
                counters.Add(SipCounter.TooLargeDropped);
                break;
            default:
                counters.Add(SipCounter.MalformedDropped);
                break;
        }
    }

    public bool TryTakeCommand(out StackItem item) => _commands.Reader.TryRead(out item);

    /// <param name="urgentOnly">Of what came from wires nothing unless something is urgent.</param>
    public bool TryTake(bool urgentOnly, out StackItem item)
    {
        if (_events.Reader.TryRead(out item) || TryTakeCommand(out item))
            return true;
        bool isUrgent = _urgent.Reader.TryPeek(out _);
        if (urgentOnly && !isUrgent)
            return false;
        // Who may be urgent may not hold back all others with it.
        bool goesFirst = isUrgent && ++_urgentTurns % 4 != 0 && _urgent.Reader.TryRead(out item);
        if (!goesFirst && !_known.Reader.TryRead(out item) && !_strangers.Reader.TryRead(out item) && !_urgent.Reader.TryRead(out item))
            return false;
        Count(item, -1);
        return true;
    }

    /// <summary>Sleeps until something is posted or the time is over.</summary>
    public void Wait(bool urgentOnly, TimeSpan atMost) => _doorbell.Wait(() => IsEmpty(urgentOnly), atMost);

    public void Wake() => _doorbell.Ring();

    public void Dispose() => _doorbell.Dispose();

    private bool IsEmpty(bool urgentOnly) =>
        !_events.Reader.TryPeek(out _) && !_commands.Reader.TryPeek(out _) && !_urgent.Reader.TryPeek(out _) &&
        (urgentOnly || (!_known.Reader.TryPeek(out _) && !_strangers.Reader.TryPeek(out _)));

    private void PostWire(in StackItem item)
    {
        Count(item, +1);
        Channel<StackItem> queue = item.Standing switch { SipStanding.Priority => _urgent, SipStanding.Known => _known, _ => _strangers };
        if (queue.Writer.TryWrite(item))
        {
            Wake();
            return;
        }
        Count(item, -1);
        counters.Add(SipCounter.QueueFullDropped);
    }

    private int Waiting_messages(SipStanding standing) => Volatile.Read(ref _waiting_messages[(int)standing]);

    private void Count(in StackItem item, int messages)
    {
        Interlocked.Add(ref _queued_bytes, messages * item.Length);
        Interlocked.Add(ref _waiting_messages[(int)item.Standing], messages);
    }

    // Those who are known do not wait for a crowd of strangers. What is half done goes on for longer than what is only begun.
    private bool IsCrowded(bool isKnown, ReadOnlySpan<byte> datagram)
    {
        int crowd = options.ReceiveQueue_messages / 8;
        int waiting = Waiting_messages(isKnown ? SipStanding.Known : SipStanding.Stranger);
        return waiting > crowd / 2 && DatagramTriage.CanWait(datagram) && (waiting > crowd || !DatagramTriage.HasCredentials(datagram));
    }

    private StackItem Item(StackItemKind kind, SipMessage message, SipFlow flow, int length) => new()
    {
        Kind = kind,
        Message = message,
        Flow = flow,
        Length = length,
        At = SipStack.Now(),
        Standing = StandingOf(message, flow),
    };

    private SipStanding StandingOf(SipMessage message, SipFlow flow)
    {
        if (!known.Contains(flow))
            return SipStanding.Stranger;
        return known.MayClaimPriority(flow) && message.Headers.GetAll("Resource-Priority").Any(IsEmergency) ? SipStanding.Priority : SipStanding.Known;
    }

    private static bool IsEmergency(string value) =>
        value.StartsWith("mcpttp.", StringComparison.OrdinalIgnoreCase) || value.StartsWith("mcpttq.", StringComparison.OrdinalIgnoreCase) ||
        value.StartsWith("esnet.", StringComparison.OrdinalIgnoreCase);

    private static Channel<StackItem> Bounded(int capacity) =>
        Channel.CreateBounded<StackItem>(new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
}
