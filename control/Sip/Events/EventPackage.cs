using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// One event package of a notifier (RFC 6665 5.4): its name, its documents and their contents. Derive for each package; what it must
/// know of a subscription from one NOTIFY to the next (versions, entity tags) it keeps in <see cref="EventSubscription.Context"/>.
/// </summary>
public abstract class EventPackage
{
    /// <summary>The token of the Event header.</summary>
    public abstract string Name { get; }

    /// <summary>Media types, lower case, that bodies can have; the first is what a subscriber without Accept gets.</summary>
    public abstract IReadOnlyList<string> ContentTypes { get; }

    /// <summary>For who asks for no duration.</summary>
    public TimeSpan DefaultExpires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Less is refused with 423, but for 0 and for more than an hour (RFC 6665 4.2.1.1).</summary>
    public TimeSpan MinExpires { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longer ones are shortened.</summary>
    public TimeSpan MaxExpires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// From one NOTIFY of a subscription to the next, unless a SUBSCRIBE or the end of the subscription asks for one; changes in
    /// between are told in one.
    /// </summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The document for a subscriber that is authorised (active).</summary>
    /// <param name="full">
    /// False when what the last NOTIFY of this subscription told has arrived, so that the changes since are enough.
    /// </param>
    /// <returns>Null: a NOTIFY without body.</returns>
    public abstract EventBody? StateOf(EventSubscription subscription, bool full, Instant now);

    /// <summary>The document for a subscriber whose authorisation is pending.</summary>
    public virtual EventBody? PendingStateOf(EventSubscription subscription) => null;
}
