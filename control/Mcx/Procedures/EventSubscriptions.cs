using System.Net;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// SUBSCRIBE and NOTIFY of every package (RFC 6665): who may subscribe is the package's, the rest the notifier's. Subscriptions are
/// durable; after a restart their subscribers get the full state.
/// </summary>
internal sealed class EventSubscriptions
{
    private readonly McContext _context;
    private readonly AffiliationEvents _affiliations;
    private readonly ConferenceEvents _conferences;
    private readonly ServiceSettingsEvents _settings;
    private readonly EventNotifier _notifier;
    private readonly List<EventEffect> _effects = [];
    private readonly List<EventSubscription> _outlived = [];

    public EventSubscriptions(McContext context, IReadOnlyList<Subscription> durable)
    {
        _context = context;
        _affiliations = new AffiliationEvents(context);
        _conferences = new ConferenceEvents(context);
        _settings = new ServiceSettingsEvents(context);
        EventOptions options = context.Options.Events;
        _notifier = new EventNotifier(
            new EventNotifierOptions
            {
                Contact = $"<{context.Options.ServerUri}>;{McContext.ContactFeatures}",
                HostName = context.Options.HostName,
                MaxSubscriptions = options.MaxSubscriptions,
                MaxSubscriptionsPerSubscriber = options.MaxSubscriptionsPerUser,
                MaxNotificationsPerSecond = options.MaxNotificationsPerSecond,
            },
            [_affiliations, _conferences, _settings], context.Entropy);
        foreach (Subscription kept in durable)
            Restore(kept);
    }

    /// <summary>Subscriptions held.</summary>
    public int Count => _notifier.Count;

    public Instant NextDeadline => HasChanges ? Instant.Zero : _notifier.NextDeadline;

    private bool HasChanges => _outlived.Count > 0 || _context.State.ChangedAffiliations.Count > 0 || _context.State.ChangedSettings.Count > 0 ||
        _context.State.ChangedRosters.Count > 0;

    /// <summary>A SUBSCRIBE; within a dialog it is from that dialog's user.</summary>
    public void Handle(SipTransactionId transaction, SipRequest request, SipFlow flow, McUser user, Instant now, McxEffects effects)
    {
        if (request.To?.Tag is null)
            Accept(transaction, request, flow, user, now, effects);
        else if (_notifier.Find(request) is { } subscription)
            Refresh(transaction, subscription, request, flow, now, effects);
        else
            _context.Respond(transaction, request, 481, effects);
    }

    private void Accept(SipTransactionId transaction, SipRequest request, SipFlow flow, McUser user, Instant now, McxEffects effects)
    {
        if (_notifier.Refusal(request, out EventPackage package) is { } refusal)
        {
            Refuse(transaction, refusal, user, effects);
            return;
        }
        if (!RequestBodies.TryRead(request, out RequestBodies bodies, out string reason))
        {
            _context.RefuseMalformed(transaction, request, user.McpttId, reason, effects);
            return;
        }
        var authorised = ((McEventPackage)package).Authorise(request, user, bodies,
            (warning, detail) => _context.Refuse(transaction, request, warning, user.McpttId, detail, effects));
        if (authorised is not var (resource, subscriber))
            return;
        string mcpttId = McIdentity.Normalise(user.McpttId)!;
        subscriber.Client = ClientBehind(flow, mcpttId);
        SipResponse response = _notifier.Accept(request, [resource], mcpttId, McContext.DestinationBehind(flow, request), now, _effects, context: subscriber);
        if (response.IsSuccess)
        {
            effects.Respond(transaction, response);
            effects.Log("subscribed", user.McpttId, $"to {package.Name} of {resource} for {response.Headers.Get("Expires")} s");
        }
        else
        {
            Refuse(transaction, response, user, effects);
        }
        CarryOut(effects);
    }

    private void Refresh(
        SipTransactionId transaction, EventSubscription subscription, SipRequest request, SipFlow flow, Instant now, McxEffects effects)
    {
        if (subscription.Context is SubscriberContext subscriber)
            subscriber.Client = ClientBehind(flow, subscription.Subscriber);
        SipResponse response = _notifier.Refresh(subscription, request, now, _effects);
        subscription.Destination = SipDestination.Behind(flow, subscription.Dialog.NextHop);
        effects.Respond(transaction, response);
        CarryOut(effects);
    }

    /// <summary>The client can be reached again.</summary>
    public void ClientRegistered(string client, string mcpttId, Instant now)
    {
        foreach (EventSubscription subscription in SubscriptionsOf(client, mcpttId))
            _notifier.Resume(subscription, now);
    }

    /// <summary>The client is gone, and with it what it subscribed to.</summary>
    public void ClientRemoved(string client, string mcpttId, Instant now, McxEffects effects)
    {
        foreach (EventSubscription subscription in SubscriptionsOf(client, mcpttId))
            _notifier.Terminate(subscription, SubscriptionReasons.Deactivated, now, _effects);
        CarryOut(effects);
    }

    /// <summary>Tells what changed in this batch, and what is due.</summary>
    public void Expire(Instant now, McxEffects effects)
    {
        foreach (EventSubscription subscription in _outlived)
            _notifier.Terminate(subscription, SubscriptionReasons.NoResource, now, _effects);
        _outlived.Clear();
        foreach (string identity in _context.State.ChangedAffiliations)
            _notifier.Changed(_affiliations, identity, now);
        _context.State.ChangedAffiliations.Clear();
        foreach (string mcpttId in _context.State.ChangedSettings)
            _notifier.Changed(_settings, mcpttId, now);
        _context.State.ChangedSettings.Clear();
        foreach (GroupCall call in _context.State.ChangedRosters)
            RosterChanged(call, now);
        _context.State.ChangedRosters.Clear();
        _notifier.Expire(now, _effects);
        CarryOut(effects);
    }

    // Who left is told no more of it: the roster is for those who are in the call.
    private void RosterChanged(GroupCall call, Instant now)
    {
        string resource = ConferenceEvents.ResourceOf(call);
        foreach (EventSubscription subscription in _notifier.SubscriptionsTo(_conferences, resource))
        {
            if (call.Released || !ConferenceEvents.IsIn(call, subscription.Subscriber))
                _notifier.Terminate(subscription, SubscriptionReasons.NoResource, now, _effects);
        }
        _notifier.Changed(_conferences, resource, now);
    }

    private IEnumerable<EventSubscription> SubscriptionsOf(string client, string mcpttId) =>
        _notifier.SubscriptionsOf(mcpttId).Where(subscription => subscription.Context is SubscriberContext { Client: { } own } && own == client);

    private void Restore(Subscription kept)
    {
        if (_context.Organisation.UserByMcpttId(kept.Snapshot.Subscriber) is not { } user || !IPEndPoint.TryParse(kept.Address, out IPEndPoint? address))
            return;
        var destination = new SipDestination(kept.Transport, address);
        if (_notifier.Restore(kept.Snapshot, _context.InstantOf(kept.ExpiresAt), destination, Instant.Zero) is not { } subscription)
            return;
        _context.State.SubscribersByDialog[subscription.Dialog.Id] = user;
        if (((McEventPackage)subscription.Package).Restore(subscription.Resources[0]) is { } subscriber)
        {
            subscriber.Client = kept.Client;
            subscription.Context = subscriber;
        }
        else
        {
            subscription.Context = new SubscriberContext { Client = kept.Client };
            _outlived.Add(subscription);
        }
    }

    private string? ClientBehind(SipFlow flow, string mcpttId) => _context.State.RegistrationsOf(mcpttId).FirstOrDefault(registration =>
        flow.Transport == SipTransportKind.Udp
            ? registration.Bindings.Any(binding => binding.Transport == SipTransportKind.Udp && binding.Source == flow.Remote.ToString())
            : _context.State.Registrations.WaysTo(registration.Id).Any(way => way.Flow == flow))?.Id;

    private SipDestination DestinationOf(EventSubscription subscription) =>
        subscription.Context is SubscriberContext { Client: { } client } && _context.State.Registrations.TryGetValue(client, out Registration? registration)
            ? _context.DestinationOf(registration)
            : subscription.Destination;

    private static void Refuse(SipTransactionId transaction, SipResponse refusal, McUser user, McxEffects effects)
    {
        effects.Respond(transaction, refusal);
        effects.Warn("request-refused", user.McpttId, $"SUBSCRIBE refused with {refusal.Status} {refusal.Headers.Get("Warning") ?? refusal.Reason}");
    }

    private void CarryOut(McxEffects effects)
    {
        foreach (EventEffect effect in _effects)
        {
            EventSubscription subscription = effect.Subscription;
            switch (effect)
            {
                case EventEffect.Notify notify:
                    notify.Request.Headers.Add("P-Asserted-Identity", $"<{_context.Options.ServerUri}>");
                    SipDestination destination = DestinationOf(subscription);
                    effects.Send(_context.Track(new Notification(this, subscription, destination)), notify.Request, destination);
                    break;
                case EventEffect.Save:
                    _context.State.SubscribersByDialog[subscription.Dialog.Id] = _context.Organisation.UserByMcpttId(subscription.Subscriber)!;
                    effects.Put(RecordOf(subscription));
                    break;
                case EventEffect.Forget forget:
                    _context.State.SubscribersByDialog.Remove(subscription.Dialog.Id);
                    effects.Delete<Subscription>(subscription.Id);
                    effects.Log("subscription-ended", subscription.Subscriber, $"{subscription.Package.Name} of {subscription.Resources[0]}: {forget.Why}");
                    break;
            }
        }
        _effects.Clear();
    }

    private Subscription RecordOf(EventSubscription subscription) => new()
    {
        Id = subscription.Id,
        Snapshot = subscription.ToSnapshot(),
        ExpiresAt = _context.WallClock(subscription.ExpiresAt),
        Transport = subscription.Destination.Transport,
        Address = subscription.Destination.Remote.ToString(),
        Client = (subscription.Context as SubscriberContext)?.Client,
    };

    private void Answered(EventSubscription subscription, SipResponse response, Instant now, McxEffects effects)
    {
        _notifier.Answered(subscription, response, now, _effects);
        CarryOut(effects);
    }

    // Behind a connection that is closed a client is reached again when it registers or refreshes.
    private void Failed(EventSubscription subscription, SipDestination destination, string reason, McxEffects effects)
    {
        if (reason == nameof(SipFailure.TransportError) && destination.Transport is SipTransportKind.Tls or SipTransportKind.Ws or SipTransportKind.Wss)
            _notifier.Hold(subscription, _effects);
        else
            _notifier.Failed(subscription, $"NOTIFY: {reason}", _effects);
        CarryOut(effects);
    }

    private sealed class Notification(EventSubscriptions subscriptions, EventSubscription subscription, SipDestination destination) : PendingRequest
    {
        public override void Receive(SipResponse response, Instant now, McxEffects effects)
        {
            if (!response.IsProvisional)
                subscriptions.Answered(subscription, response, now, effects);
        }

        public override void Fail(string reason, Instant now, McxEffects effects) => subscriptions.Failed(subscription, destination, reason, effects);
    }
}
