using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>One subscription as its notifier has it.</summary>
public sealed class EventSubscription
{
    /// <summary>CSeq numbers between two times the subscription is kept.</summary>
    private const uint CSeqBlock = 256;

    private uint _reservedCSeq;

    internal EventSubscription(EventPackage package, SipEvent named, IReadOnlyList<string> resources, string subscriber, string contentType, SipDialog dialog)
    {
        Package = package;
        EventId = named.Id;
        Resources = resources;
        Subscriber = subscriber;
        ContentType = contentType;
        Dialog = dialog;
        Id = IdOf(dialog.Id, named);
        _reservedCSeq = dialog.LocalCSeq;
    }

    /// <summary>Dialog, package and event id.</summary>
    public string Id { get; }

    public EventPackage Package { get; }

    /// <summary>The id parameter of its Event header.</summary>
    public string? EventId { get; }

    /// <summary>The names under which <see cref="EventNotifier.Changed"/> finds it; most packages have one.</summary>
    public IReadOnlyList<string> Resources { get; internal set; }

    /// <summary>Who subscribed, as the user of the notifier names it.</summary>
    public string Subscriber { get; }

    /// <summary>Media type of the documents, one of the package's.</summary>
    public string ContentType { get; internal set; }

    /// <summary>Where NOTIFYs go; the user of the notifier may change it.</summary>
    public required SipDestination Destination { get; set; }

    /// <summary>The package's own memory; gone after a restart.</summary>
    public object? Context { get; set; }

    public SipDialog Dialog { get; }

    public Instant ExpiresAt { get; internal set; }

    public bool IsPending { get; internal set; }

    public bool IsTerminated => Reason is not null;

    /// <summary>Why it is terminated, else null.</summary>
    public string? Reason { get; internal set; }

    internal uint? RetryAfter_s { get; set; }

    /// <summary>Something is to be told.</summary>
    internal bool IsDirty { get; set; }

    /// <summary>What the last NOTIFY told may not have arrived, or a SUBSCRIBE asked for everything.</summary>
    internal bool NeedsFull { get; set; } = true;

    internal bool IsOutstanding { get; set; }

    /// <summary>No NOTIFY goes before <see cref="EventNotifier.Resume"/>.</summary>
    internal bool IsHeld { get; set; }

    internal bool IsKept { get; set; }

    /// <summary>No NOTIFY for a mere change before.</summary>
    internal Instant NotBefore { get; set; }

    public EventSubscriptionSnapshot ToSnapshot() => new(
        Package.Name, EventId, Resources, Subscriber, ContentType, IsPending, Dialog.ToSnapshot() with { LocalCSeq = _reservedCSeq });

    public override string ToString() => $"{Subscriber} on {Package.Name} of {string.Join(", ", Resources)}";

    internal static string IdOf(string dialogId, SipEvent named) => $"{dialogId} {named}";

    /// <summary>True when the numbers that are kept are used up, and the subscription must be kept anew before the next NOTIFY leaves.</summary>
    internal bool ReserveCSeq()
    {
        if (Dialog.LocalCSeq < _reservedCSeq)
            return false;
        _reservedCSeq = Dialog.LocalCSeq + CSeqBlock;
        return true;
    }
}
