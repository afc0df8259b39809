using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// The notifiers of all event packages of a user agent (RFC 6665 4.2), as one pure machine. The user authenticates each SUBSCRIBE,
/// asks <see cref="Refusal"/>, decides who may subscribe to what, and calls <see cref="Accept"/>; within a dialog it finds the
/// subscription with <see cref="Find"/>, checks that it is the subscriber's, and calls <see cref="Refresh"/>. Each subscription has
/// one NOTIFY outstanding at most; what changes meanwhile is told after it.
/// </summary>
public sealed class EventNotifier
{
    private readonly EventNotifierOptions _options;
    private readonly IEntropy _entropy;
    private readonly Dictionary<string, EventPackage> _packages = [];
    private readonly Dictionary<string, EventSubscription> _subscriptions = [];
    private readonly Dictionary<(string Package, string Resource), HashSet<EventSubscription>> _byResource = [];
    private readonly Dictionary<string, HashSet<EventSubscription>> _bySubscriber = [];
    private readonly DeadlineSet<EventSubscription> _expiries = new();
    private readonly DeadlineSet<EventSubscription> _due = new();
    private readonly NotificationBudget _budget;

    public EventNotifier(EventNotifierOptions options, IEnumerable<EventPackage> packages, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(packages);
        _options = options;
        _entropy = entropy;
        _budget = new NotificationBudget(options.MaxNotificationsPerSecond);
        foreach (EventPackage package in packages)
            _packages.Add(package.Name, package);
    }

    /// <summary>The value of Allow-Events.</summary>
    public string AllowEvents => string.Join(", ", _packages.Keys);

    /// <summary>Those that wait for the answer to their last NOTIFY included.</summary>
    public int Count => _subscriptions.Count;

    public IReadOnlyCollection<EventSubscription> Subscriptions => _subscriptions.Values;

    public Instant NextDeadline => Instant.Earlier(_expiries.NextDeadline, _due.NextDeadline);

    /// <summary>The subscriptions to a resource that are not over.</summary>
    public IReadOnlyList<EventSubscription> SubscriptionsTo(EventPackage package, string resource)
    {
        ArgumentNullException.ThrowIfNull(package);
        return _byResource.TryGetValue((package.Name, resource), out HashSet<EventSubscription>? found) ? [.. found.Where(one => !one.IsTerminated)] : [];
    }

    /// <summary>A subscriber's subscriptions that are not over.</summary>
    public IReadOnlyList<EventSubscription> SubscriptionsOf(string subscriber) =>
        _bySubscriber.TryGetValue(subscriber, out HashSet<EventSubscription>? found) ? [.. found.Where(one => !one.IsTerminated)] : [];

    /// <summary>
    /// What a SUBSCRIBE outside a dialog earns whoever sent it: 489, 400, 423 or 406. Null with the package when nothing is wrong.
    /// </summary>
    public SipResponse? Refusal(SipRequest subscribe, out EventPackage package)
    {
        ArgumentNullException.ThrowIfNull(subscribe);
        package = null!;
        if (!SipEvent.TryParse(subscribe.Headers.Get("Event"), out SipEvent? named) || !_packages.TryGetValue(named.Package, out package!))
        {
            SipResponse badEvent = Reply(subscribe, 489);
            badEvent.Headers.Add("Allow-Events", AllowEvents);
            return badEvent;
        }
        if (!NameAddress.TryParse(subscribe.Headers.Get("Contact"), out _) || subscribe.From?.Tag is null)
            return Reply(subscribe, 400);
        return RefusalWithin(subscribe, package, out _, out _);
    }

    /// <summary>
    /// A SUBSCRIBE outside a dialog that <see cref="Refusal"/> has nothing against: 200, then a NOTIFY; or 403 or 503 with a Warning
    /// when there are too many. With Expires 0 the state is told once.
    /// </summary>
    /// <param name="resources">At least one.</param>
    /// <param name="isPending">The subscriber waits for its authorisation, see <see cref="Activate"/>.</param>
    /// <param name="context">See <see cref="EventSubscription.Context"/>.</param>
    public SipResponse Accept(
        SipRequest subscribe, IReadOnlyList<string> resources, string subscriber, SipDestination destination, Instant now,
        ICollection<EventEffect> effects, bool isPending = false, object? context = null)
    {
        ArgumentNullException.ThrowIfNull(effects);
        ArgumentNullException.ThrowIfNull(resources);
        if (Refusal(subscribe, out EventPackage package) is not null || RefusalWithin(subscribe, package, out uint expires_s, out string type) is not null ||
            !SipEvent.TryParse(subscribe.Headers.Get("Event"), out SipEvent? named))
            throw new ArgumentException("The SUBSCRIBE is one to refuse.", nameof(subscribe));
        if (_subscriptions.Count >= _options.MaxSubscriptions)
        {
            SipResponse full = Refuse(subscribe, 503, $"{_options.MaxSubscriptions} subscriptions are held");
            full.Headers.Add("Retry-After", _options.RetryAfter_s.ToString(CultureInfo.InvariantCulture));
            return full;
        }
        if (_bySubscriber.TryGetValue(subscriber, out HashSet<EventSubscription>? own) && own.Count >= _options.MaxSubscriptionsPerSubscriber)
            return Refuse(subscribe, 403, $"{_options.MaxSubscriptionsPerSubscriber} subscriptions of this user are held");
        SipResponse ok = Reply(subscribe, 200);
        Grant(ok, expires_s);
        var subscription = new EventSubscription(package, named, resources, subscriber, type, SipDialog.FromServer(subscribe, ok))
        {
            Destination = destination,
            Context = context,
            IsPending = isPending,
            ExpiresAt = now + TimeSpan.FromSeconds(expires_s),
        };
        if (expires_s == 0)
            subscription.Reason = SubscriptionReasons.Timeout;
        else
            Keep(subscription, effects);
        // The tag is ours and unpredictable, so the dialog is new.
        _subscriptions.Add(subscription.Id, subscription);
        Index(subscription);
        Announce(subscription, now, effects);
        return ok;
    }

    /// <summary>The subscription a SUBSCRIBE within a dialog is about; null is to be answered 481.</summary>
    public EventSubscription? Find(SipRequest subscribe)
    {
        ArgumentNullException.ThrowIfNull(subscribe);
        return SipEvent.TryParse(subscribe.Headers.Get("Event"), out SipEvent? named) &&
            _subscriptions.GetValueOrDefault(EventSubscription.IdOf(SipDialog.IdOf(subscribe), named)) is { IsTerminated: false } found ? found : null;
    }

    /// <summary>A SUBSCRIBE within the dialog: 200 and a NOTIFY with the full state; 0 ends the subscription.</summary>
    /// <param name="resources">Other ones from now on, when its body says so; null = as before.</param>
    public SipResponse Refresh(
        EventSubscription subscription, SipRequest subscribe, Instant now, ICollection<EventEffect> effects, IReadOnlyList<string>? resources = null)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(effects);
        if (RefusalWithin(subscribe, subscription.Package, out uint expires_s, out string type) is { } refusal)
            return refusal;
        if (!subscription.Dialog.TryAcceptRemote(subscribe))
            return Reply(subscribe, 500);
        subscription.ContentType = type;
        if (resources is not null)
            Move(subscription, resources);
        SipResponse ok = Reply(subscribe, 200);
        Grant(ok, expires_s);
        subscription.IsHeld = false;
        if (expires_s == 0)
        {
            End(subscription, SubscriptionReasons.Timeout, null, effects);
        }
        else
        {
            subscription.ExpiresAt = now + TimeSpan.FromSeconds(expires_s);
            _expiries.Set(subscription, subscription.ExpiresAt);
            Keep(subscription, effects);
        }
        Announce(subscription, now, effects);
        return ok;
    }

    /// <summary>The state of a resource is another: its subscribers are told at the next <see cref="Expire"/>, or as soon as they may.</summary>
    public void Changed(EventPackage package, string resource, Instant now)
    {
        ArgumentNullException.ThrowIfNull(package);
        if (!_byResource.TryGetValue((package.Name, resource), out HashSet<EventSubscription>? subscriptions))
            return;
        foreach (EventSubscription subscription in subscriptions)
        {
            // What a pending subscriber is told does not depend on the state.
            if (subscription.IsTerminated || subscription.IsPending)
                continue;
            subscription.IsDirty = true;
            Schedule(subscription, now);
        }
    }

    /// <summary>The authorisation that the subscription waited for is there.</summary>
    public void Activate(EventSubscription subscription, Instant now, ICollection<EventEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        if (subscription.IsTerminated || !subscription.IsPending)
            return;
        subscription.IsPending = false;
        Keep(subscription, effects);
        Announce(subscription, now, effects);
    }

    /// <summary>Ends the subscription from this side with a last NOTIFY.</summary>
    /// <param name="reason">One of <see cref="SubscriptionReasons"/>.</param>
    public void Terminate(EventSubscription subscription, string reason, Instant now, ICollection<EventEffect> effects, uint? retryAfter_s = null)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        if (subscription.IsTerminated)
            return;
        End(subscription, reason, retryAfter_s, effects);
        Announce(subscription, now, effects);
    }

    /// <summary>A NOTIFY got a final response (RFC 6665 4.2.2).</summary>
    public void Answered(EventSubscription subscription, SipResponse response, Instant now, ICollection<EventEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(response);
        if (response.IsProvisional || !subscription.IsOutstanding)
            return;
        subscription.IsOutstanding = false;
        if (response.IsSuccess)
        {
            subscription.Dialog.RefreshTarget(response);
            GoOn(subscription, now, effects);
        }
        else if (response.Status != 481 && SipRetryAfter.TryParse(response.Headers.Get("Retry-After"), out SipRetryAfter after))
        {
            subscription.NeedsFull = true;
            subscription.IsDirty = true;
            subscription.NotBefore = now + TimeSpan.FromSeconds(after.Delay_s);
            // The last one is not worth it: who refuses it will not refresh either.
            GoOn(subscription, now, effects);
        }
        else
        {
            Remove(subscription, $"NOTIFY was answered {response.Status}", effects);
        }
    }

    /// <summary>A NOTIFY got no final response, or could not be sent: the subscription is over (RFC 6665 4.2.2).</summary>
    public void Failed(EventSubscription subscription, string why, ICollection<EventEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        if (subscription.IsOutstanding)
            Remove(subscription, why, effects);
    }

    /// <summary>
    /// Nobody can be reached there for now: no NOTIFY goes, and the outstanding one is given up, until <see cref="Resume"/> or a
    /// refresh. What is over is removed.
    /// </summary>
    public void Hold(EventSubscription subscription, ICollection<EventEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        if (subscription.IsTerminated)
        {
            Remove(subscription, "its subscriber cannot be reached", effects);
            return;
        }
        subscription.IsOutstanding = false;
        subscription.IsHeld = true;
        _due.Remove(subscription);
    }

    /// <summary>A subscription that was held can be served again: it gets the full state.</summary>
    public void Resume(EventSubscription subscription, Instant now)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        if (subscription.IsTerminated || !subscription.IsHeld)
            return;
        subscription.IsHeld = false;
        subscription.NeedsFull = subscription.IsDirty = true;
        Schedule(subscription, now);
    }

    /// <summary>A subscription that was kept before a restart: it is told the full state soon.</summary>
    /// <returns>Null when it cannot be read or its package is unknown.</returns>
    public EventSubscription? Restore(EventSubscriptionSnapshot snapshot, Instant expiresAt, SipDestination destination, Instant now, object? context = null)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!_packages.TryGetValue(snapshot.Package, out EventPackage? package) || SipDialog.Restore(snapshot.Dialog) is not { } dialog ||
            !package.ContentTypes.Contains(snapshot.ContentType) || snapshot.Resources.Count == 0)
            return null;
        var named = new SipEvent(snapshot.Package, snapshot.EventId);
        var subscription = new EventSubscription(package, named, snapshot.Resources, snapshot.Subscriber, snapshot.ContentType, dialog)
        {
            Destination = destination,
            Context = context,
            IsPending = snapshot.IsPending,
            ExpiresAt = expiresAt,
            IsKept = true,
            IsDirty = true,
        };
        if (!_subscriptions.TryAdd(subscription.Id, subscription))
            return null;
        Index(subscription);
        Schedule(subscription, now);
        return subscription;
    }

    /// <summary>Ends subscriptions that were not refreshed, and tells changes that may be told now.</summary>
    public void Expire(Instant now, ICollection<EventEffect> effects)
    {
        while (_expiries.TryTake(now, out EventSubscription? expired))
        {
            End(expired, SubscriptionReasons.Timeout, null, effects);
            if (!expired.IsHeld)
                Announce(expired, now, effects);
            else
                Remove(expired, SubscriptionReasons.Timeout, effects);
        }
        while (_due.TryTake(now, out EventSubscription? due))
        {
            if (_budget.TrySpend(now, out Instant next))
            {
                Send(due, now, effects);
                continue;
            }
            _due.Set(due, next);
            break;
        }
    }

    private SipResponse? RefusalWithin(SipRequest subscribe, EventPackage package, out uint expires_s, out string contentType)
    {
        expires_s = 0;
        contentType = "";
        if (!EventRequests.TryReadExpires(subscribe, out uint? wanted_s))
            return Reply(subscribe, 400);
        if (wanted_s is { } asked_s && EventRequests.IsTooBrief(asked_s, package.MinExpires))
            return EventRequests.TooBrief(subscribe, (uint)package.MinExpires.TotalSeconds, _entropy.NextToken());
        if (EventRequests.Choose(package.ContentTypes, subscribe.Headers.GetAll("Accept")) is not { } chosen)
            return Reply(subscribe, 406);
        expires_s = Math.Min(wanted_s ?? (uint)package.DefaultExpires.TotalSeconds, (uint)package.MaxExpires.TotalSeconds);
        contentType = chosen;
        return null;
    }

    // At once if nothing is outstanding: after a SUBSCRIBE, and as the last one.
    private void Announce(EventSubscription subscription, Instant now, ICollection<EventEffect> effects)
    {
        subscription.IsDirty = subscription.NeedsFull = true;
        subscription.NotBefore = now;
        _due.Remove(subscription);
        if (subscription.IsOutstanding)
            return;
        Send(subscription, now, effects);
    }

    private void GoOn(EventSubscription subscription, Instant now, ICollection<EventEffect> effects)
    {
        if (!subscription.IsTerminated)
            Schedule(subscription, now);
        else if (subscription.IsDirty && subscription.NotBefore <= now)
            Send(subscription, now, effects);
        else
            Remove(subscription, subscription.Reason!, effects);
    }

    private void Schedule(EventSubscription subscription, Instant now)
    {
        if (subscription.IsDirty && !subscription.IsOutstanding && !subscription.IsHeld)
            _due.Set(subscription, subscription.NotBefore < now ? now : subscription.NotBefore);
    }

    private void Send(EventSubscription subscription, Instant now, ICollection<EventEffect> effects)
    {
        // Before the number is used; what is not kept has no number to keep.
        if (subscription.ReserveCSeq() && subscription.IsKept)
            effects.Add(new EventEffect.Save(subscription));
        SipRequest notify = subscription.Dialog.CreateRequest(SipMethods.Notify);
        notify.Headers.Add("Contact", _options.Contact);
        notify.Headers.Add("Event", new SipEvent(subscription.Package.Name, subscription.EventId).ToString());
        notify.Headers.Add("Subscription-State", StateOf(subscription, now).ToString());
        notify.Headers.Add("Allow-Events", AllowEvents);
        EventBody? body = subscription.IsPending
            ? subscription.Package.PendingStateOf(subscription)
            : subscription.Package.StateOf(subscription, subscription.NeedsFull, now);
        if (body is not null)
            notify.SetBody(body.ContentType, body.Content);
        subscription.IsDirty = subscription.NeedsFull = false;
        subscription.IsOutstanding = true;
        subscription.NotBefore = now + subscription.Package.MinInterval;
        effects.Add(new EventEffect.Notify(subscription, notify));
    }

    private static SipSubscriptionState StateOf(EventSubscription subscription, Instant now) => subscription.Reason is { } reason
        ? new SipSubscriptionState(SipSubscriptionState.Terminated, Reason: reason, RetryAfter_s: subscription.RetryAfter_s)
        : new SipSubscriptionState(
            subscription.IsPending ? SipSubscriptionState.Pending : SipSubscriptionState.Active, EventRequests.SecondsUntil(subscription.ExpiresAt, now));

    private static void Keep(EventSubscription subscription, ICollection<EventEffect> effects)
    {
        subscription.IsKept = true;
        subscription.ReserveCSeq();
        effects.Add(new EventEffect.Save(subscription));
    }

    private void End(EventSubscription subscription, string reason, uint? retryAfter_s, ICollection<EventEffect> effects)
    {
        subscription.Reason = reason;
        subscription.RetryAfter_s = retryAfter_s;
        _expiries.Remove(subscription);
        Forget(subscription, reason, effects);
    }

    private static void Forget(EventSubscription subscription, string why, ICollection<EventEffect> effects)
    {
        if (!subscription.IsKept)
            return;
        subscription.IsKept = false;
        effects.Add(new EventEffect.Forget(subscription, why));
    }

    private void Remove(EventSubscription subscription, string why, ICollection<EventEffect> effects)
    {
        subscription.Reason ??= why;
        Forget(subscription, why, effects);
        _expiries.Remove(subscription);
        _due.Remove(subscription);
        _subscriptions.Remove(subscription.Id);
        foreach (string resource in subscription.Resources)
            RemoveFrom(_byResource, (subscription.Package.Name, resource), subscription);
        RemoveFrom(_bySubscriber, subscription.Subscriber, subscription);
    }

    private void Index(EventSubscription subscription)
    {
        foreach (string resource in subscription.Resources)
            AddTo(_byResource, (subscription.Package.Name, resource), subscription);
        AddTo(_bySubscriber, subscription.Subscriber, subscription);
        if (!subscription.IsTerminated)
            _expiries.Set(subscription, subscription.ExpiresAt);
    }

    private void Move(EventSubscription subscription, IReadOnlyList<string> resources)
    {
        foreach (string resource in subscription.Resources)
            RemoveFrom(_byResource, (subscription.Package.Name, resource), subscription);
        subscription.Resources = resources;
        foreach (string resource in resources)
            AddTo(_byResource, (subscription.Package.Name, resource), subscription);
    }

    private SipResponse Reply(SipRequest request, int status) => SipResponse.For(request, status, toTag: _entropy.NextToken());

    private SipResponse Refuse(SipRequest request, int status, string why)
    {
        SipResponse response = Reply(request, status);
        response.Headers.Add("Warning", new SipWarning(399, _options.HostName, why).ToString());
        return response;
    }

    private void Grant(SipResponse ok, uint expires_s)
    {
        ok.Headers.Add("Contact", _options.Contact);
        ok.Headers.Add("Expires", expires_s.ToString(CultureInfo.InvariantCulture));
        ok.Headers.Add("Allow-Events", AllowEvents);
    }

    private static void AddTo<TKey>(Dictionary<TKey, HashSet<EventSubscription>> index, TKey key, EventSubscription subscription)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out HashSet<EventSubscription>? set))
            index[key] = set = [];
        set.Add(subscription);
    }

    private static void RemoveFrom<TKey>(Dictionary<TKey, HashSet<EventSubscription>> index, TKey key, EventSubscription subscription)
        where TKey : notnull
    {
        if (index.TryGetValue(key, out HashSet<EventSubscription>? set) && set.Remove(subscription) && set.Count == 0)
            index.Remove(key);
    }
}
