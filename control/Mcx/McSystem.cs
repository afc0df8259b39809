using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// One MC system: participating and controlling function, registrar and group management of one domain, as a pure machine.
/// SIP requests, responses, media reports and time go in; changes to store, SIP, media commands and log events come out in
/// <see cref="McxEffects"/>. Owned by one control loop.
/// </summary>
public sealed class McSystem : IDisposable
{
    private static readonly SipCapabilities Capabilities = new()
    {
        Methods = RequestAuthorisation.Methods,
        Extensions = [SipOptionTags.Reliable, SipOptionTags.Timer, SipOptionTags.Path, SipOptionTags.Outbound],
        EventPackages = ["presence", "conference", "poc-settings"],
        ContentTypes =
        [
            ContentTypes.Sdp, ContentTypes.McpttInfo, ContentTypes.McpttRegroup, ContentTypes.Pidf, ContentTypes.Mikey,
            ContentTypes.MbmsUsageInfo, ContentTypes.KeyRotation, ContentTypes.PocSettings, ContentTypes.McpttLocationInfo, ContentTypes.ResourceLists,
            "multipart/mixed",
        ],
    };

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);

    private readonly McContext _context;
    private readonly Authenticator _authenticator;
    private readonly RequestAuthorisation _authorisation;
    private readonly RegistrationProcedure _registration;
    private readonly AffiliationProcedure _affiliation;
    private readonly RegroupNotification _notification;
    private readonly PreconfiguredRegroupFormation _regroupFormation;
    private readonly PreconfiguredRegroupCancellation _regroupCancellation;
    private readonly GroupCallSetup _callSetup;
    private readonly GroupCallRelease _callRelease;
    private readonly SessionChange _sessionChange;
    private readonly SessionRefresh _sessionRefresh;
    private readonly BroadcastRelease _broadcastRelease;
    private readonly ClientServerKeys _clientServerKeys;
    private readonly GroupKeyManagement _groupKeys;
    private readonly KeyRotationRequest _keyRotation;
    private readonly BearerAnnouncement _bearer;
    private readonly ListeningReport _listening;
    private readonly EventPublications _publications;
    private readonly EventSubscriptions _subscriptions;
    private readonly ServiceSettingsProcedure _serviceSettings;
    private Instant _nextSweep;

    /// <param name="durable">What the store held when the process started.</param>
    /// <param name="entropy">Asked by the loop's thread and the door's.</param>
    /// <param name="wallClockAtZero">The wall-clock time at <see cref="Instant.Zero"/>; expiry times in the store are absolute.</param>
    public McSystem(Organisation organisation, McxOptions options, DurableState durable, IEntropy entropy, DateTimeOffset wallClockAtZero)
    {
        var state = new McState(durable);
        _context = new McContext(organisation, options, state, entropy, wallClockAtZero, new ServerSsrcs(durable.ServerSsrcs, entropy));
        _authenticator = new Authenticator(_context, Capabilities, entropy);
        _authorisation = new RequestAuthorisation(_context, _authenticator);
        _clientServerKeys = new ClientServerKeys(_context, durable.ClientKeys);
        _groupKeys = new GroupKeyManagement(_context, durable);
        _keyRotation = new KeyRotationRequest(_context, _groupKeys);
        _notification = new RegroupNotification(_context);
        var membership = new RegroupMembership(_context, _notification);
        _callRelease = new GroupCallRelease(_context);
        _broadcastRelease = new BroadcastRelease(_callRelease);
        var sessionHeaders = new SessionHeaders(_context, Capabilities);
        var plainCalls = new PlainCalls(_context, sessionHeaders);
        _sessionChange = new SessionChange(_context, sessionHeaders, new CallUpgrade(_context, sessionHeaders), plainCalls);
        _sessionRefresh = new SessionRefresh(_context, sessionHeaders, plainCalls, _callRelease);
        _bearer = new BearerAnnouncement(_context);
        var multicast = new CallMulticast(_context, _groupKeys, _bearer.ControlKey);
        _listening = new ListeningReport(_context, multicast);
        _callSetup = new GroupCallSetup(_context, _notification, _callRelease, _clientServerKeys, _groupKeys, multicast, plainCalls, sessionHeaders);
        _publications = new EventPublications(_context, durable.PublishedStates);
        _subscriptions = new EventSubscriptions(_context, durable.Subscriptions);
        _affiliation = new AffiliationProcedure(_context, _publications, membership, _callSetup, _callRelease);
        _registration = new RegistrationProcedure(
            _context, _affiliation, membership, _notification, _clientServerKeys, _groupKeys, _bearer, multicast, _subscriptions, _publications);
        _serviceSettings = new ServiceSettingsProcedure(_context, _publications, _registration);
        _regroupFormation = new PreconfiguredRegroupFormation(_context, _notification);
        _regroupCancellation = new PreconfiguredRegroupCancellation(_context, _notification, _callRelease);
    }

    /// <summary>Challenges those who register, on a thread of its user's.</summary>
    public RegistrationDoor Door => _authenticator.Door;

    /// <summary>Regroups in effect, for consoles and tests.</summary>
    public IReadOnlyCollection<PreconfiguredRegroup> Regroups => [.. _context.State.Regroups.Values];

    public IReadOnlyCollection<Registration> Registrations => [.. _context.State.Registrations.Values];

    public int RegistrationCount => _context.State.Registrations.Count;

    public IReadOnlyCollection<Affiliation> Affiliations => [.. _context.State.Affiliations.Values];

    public int AffiliationCount => _context.State.Affiliations.Count;

    public int CallCount => _context.State.CallsByNumber.Count;

    /// <summary>The calls that are up, for consoles.</summary>
    public IReadOnlyList<GroupCallStatus> Calls => [.. _context.State.CallsByNumber.Values.Select(call => call.Status)];

    /// <summary>Subscriptions held (RFC 6665).</summary>
    public int SubscriptionCount => _subscriptions.Count;

    /// <summary>Requests to clients whose answer is waited for.</summary>
    public int PendingRequestCount => _context.Pending.Count;

    public Instant NextDeadline => _notification.HasReceipts ? Instant.Zero : Instant.Earlier(
        Instant.Earlier(
            Instant.Earlier(IsWaiting ? _nextSweep : Instant.Never, _context.SessionDeadlines.NextDeadline),
            Instant.Earlier(_subscriptions.NextDeadline, _publications.NextDeadline)),
        Instant.Earlier(_groupKeys.NextDeadline, _bearer.NextDeadline));

    private bool IsWaiting =>
        _context.State.Registrations.Count > 0 || _context.Pending.Count > 0 || _clientServerKeys.InWork > 0 || _groupKeys.InWork > 0 ||
        _bearer.InWork > 0;

    /// <summary>Carries out what is due. Once in a batch, after its inputs: what it disposes is named by no effect any more.</summary>
    public void Expire(Instant now, McxEffects effects)
    {
        _context.DisposeRetired();
        _groupKeys.Expire(now, effects);
        _bearer.Expire(now, effects);
        _sessionRefresh.Expire(now, effects);
        _notification.Record(effects);
        if (now >= _nextSweep)
            Sweep(now, effects);
        _publications.Expire(now, effects);
        // Last: what the others changed is told.
        _subscriptions.Expire(now, effects);
    }

    private void Sweep(Instant now, McxEffects effects)
    {
        _nextSweep = now + SweepInterval;
        _registration.Expire(now, effects);
        _clientServerKeys.Sweep(now, effects);
        _groupKeys.Sweep(now, effects);
        _bearer.Sweep(now, effects);
        foreach ((long token, PendingRequest request) in _context.Pending.Sweep())
        {
            effects.Cancel(token);
            request.Fail("no final response", now, effects);
        }
    }

    /// <summary>A request from a client. Every path ends in an answer, but for ACK.</summary>
    public void Receive(SipTransactionId transaction, SipRequest request, SipFlow flow, Instant now, McxEffects effects)
    {
        if (Capabilities.Refusal(request) is { } refusal)
        {
            effects.Respond(transaction, refusal);
            return;
        }
        if (!_authorisation.TryAuthorise(transaction, request, flow, now, effects, out RequestSender sender))
            return;
        switch (request.Method)
        {
            case SipMethods.Ack:
                if (LegOf(request) is { } acknowledged)
                    _callSetup.Acknowledged(acknowledged, effects);
                break;
            case SipMethods.Cancel:
                _callRelease.HandleCancel(_context.State.LegsByInvite[transaction], effects);
                break;
            case SipMethods.Options:
                SipResponse options = _context.Reply(request, 200);
                options.Headers.Add("Allow", Capabilities.Allow);
                options.Headers.Add("Allow-Events", Capabilities.AllowEvents);
                options.Headers.Add("Supported", Capabilities.Supported);
                effects.Respond(transaction, options);
                break;
            case SipMethods.Register:
                _registration.Handle(transaction, request, flow, sender.User, now, effects);
                break;
            case SipMethods.Publish:
                ReceivePublish(transaction, request, sender.User, now, effects);
                break;
            case SipMethods.Subscribe:
                _subscriptions.Handle(transaction, request, flow, sender.User, now, effects);
                break;
            case SipMethods.Message:
                ReceiveMessage(transaction, request, sender.User, now, effects);
                break;
            case SipMethods.Invite when request.To?.Tag is null:
                _callSetup.Handle(transaction, request, flow, sender.User, now, effects);
                break;
            default:
                ReceiveWithinCall(transaction, request, sender.User, now, effects);
                break;
        }
    }

    /// <summary>A response to the request sent with <paramref name="token"/>.</summary>
    public void ReceiveResponse(long token, SipResponse response, Instant now, McxEffects effects)
    {
        if (response.Status is 408 or 430 or 480 && _context.TryNextWay(token, effects))
            return;
        // An INVITE stays pending after its 2xx: every repetition of it is acknowledged (RFC 3261 13.2.2.4).
        bool mayRepeat = response.IsSuccess && response.CSeq.Method == SipMethods.Invite;
        PendingRequest? pending = response.IsProvisional || mayRepeat ? _context.Pending.Find(token) : _context.Pending.Take(token);
        if (mayRepeat)
            _context.Pending.Answered(token);
        pending?.Receive(response, now, effects);
    }

    /// <summary>No final response came, or the request could not be sent.</summary>
    public void ReceiveFailure(long token, string reason, Instant now, McxEffects effects)
    {
        if (_context.TryNextWay(token, effects))
            return;
        PendingRequest? pending = _context.Pending.Take(token);
        pending?.Fail(pending.Attempts is null ? reason : $"{reason}; none of its flows leads to it (430)", now, effects);
    }

    /// <summary>A caller never acknowledged the 2xx of its INVITE.</summary>
    public void ReceiveUnacknowledged(string dialogId, McxEffects effects)
    {
        if (_context.State.LegsByDialog.TryGetValue(dialogId, out CallLeg? leg))
            _callRelease.Leave(leg.Call.GroupId, leg.McpttId, leg.ClientId, "no ACK", effects);
    }

    /// <summary>The answer to <see cref="KeyEffect.MakeKeyMessage"/>.</summary>
    /// <param name="message">Null when it could not be made.</param>
    public void KeyMessageMade(long ticket, byte[]? message, Instant now, McxEffects effects)
    {
        if (!_bearer.MessageMade(ticket, message, now, effects))
            _groupKeys.MessageMade(ticket, message, now, effects);
    }

    /// <summary>The answer to <see cref="KeyEffect.OpenKeyUpload"/>.</summary>
    /// <param name="error">None when there is a key.</param>
    /// <param name="key">A CSK, now the system's to dispose.</param>
    public void KeyUploadOpened(long ticket, MikeyError error, McxKey? key, Instant now, McxEffects effects) =>
        _clientServerKeys.Opened(ticket, error, key, now, effects);

    /// <summary>What <see cref="McxEffects.Reservation"/> asked for is durable.</summary>
    public void Reserved(ServerSsrcReservation reservation) => _context.ServerSsrcs.Reserved(reservation);

    /// <summary>A connection closed: requests to its clients open a new one from now on.</summary>
    public void FlowClosed(SipFlow flow)
    {
        _context.State.Registrations.FlowClosed(flow);
        _authenticator.Forget(flow);
        _clientServerKeys.Forget(flow);
    }

    /// <summary>T4 ran out in the floor arbiter (TS 24.380 6.3.4.3.5): nobody talked for the hang time.</summary>
    public void CallInactive(ulong call, McxEffects effects)
    {
        if (_context.State.CallsByNumber.TryGetValue(call, out GroupCall? found))
            _callRelease.Release(found, "nobody talked for the hang time (T4)", effects);
    }

    /// <summary>The floor arbiter granted the floor to a leg, or it is idle: for the operator's log.</summary>
    public void FloorChanged(ulong call, int? talker, McxEffects effects)
    {
        if (!_context.State.CallsByNumber.TryGetValue(call, out GroupCall? found))
            return;
        string? name = found.Legs.FirstOrDefault(leg => leg.Number == talker)?.User.McpttId;
        effects.Log(talker is null ? "floor-idle" : "floor-granted", found.GroupId, name ?? "nobody talks");
        _broadcastRelease.FloorChanged(found, talker, effects);
    }

    /// <summary>A leg sent floor control messages it has no right to; they changed nothing.</summary>
    /// <param name="newest">Request: it claimed an emergency or imminent peril it may not claim.</param>
    /// <param name="count">How many since this was told last.</param>
    public void FloorMessagesRefused(ulong call, int leg, FloorMessageType newest, long count, McxEffects effects)
    {
        if (!_context.State.CallsByNumber.TryGetValue(call, out GroupCall? found) || found.Legs.FirstOrDefault(other => other.Number == leg) is not { } sender)
            return;
        string what = newest == FloorMessageType.Request
            ? "a Floor Request claimed an emergency or imminent peril without authorisation; it counted as a normal one"
            : $"it may not send Floor {newest}";
        effects.Warn("floor-message-refused", found.GroupId, $"{sender.User.McpttId}: {what} ({count} since this was told last)");
    }

    /// <summary>Begins or ends reports about the floor of a call; false when there is no such call.</summary>
    public bool WatchFloor(ulong call, bool on, McxEffects effects)
    {
        if (!_context.State.CallsByNumber.ContainsKey(call))
            return false;
        effects.Submit(new MediaEffect.WatchFloor(call, on));
        return true;
    }

    /// <summary>The media plane gave up on a leg.</summary>
    public void LegUnresponsive(ulong call, int leg, McxEffects effects)
    {
        if (_context.State.CallsByNumber.TryGetValue(call, out GroupCall? found) && found.Legs.FirstOrDefault(other => other.Number == leg) is { } lost)
            _callRelease.Leave(found.GroupId, lost.McpttId, lost.ClientId, "does not stop sending media", effects);
    }

    public void Dispose()
    {
        _authenticator.Dispose();
        _clientServerKeys.Dispose();
        _groupKeys.Dispose();
        _bearer.Dispose();
    }

    private CallLeg? LegOf(SipRequest request) =>
        _context.State.LegsByDialog.GetValueOrDefault(SipDialog.IdOf(request));

    private void ReceiveWithinCall(SipTransactionId transaction, SipRequest request, McUser user, Instant now, McxEffects effects)
    {
        // This server sends no reliable provisional response that a PRACK could be for.
        if (LegOf(request) is not { } leg || request.Method == SipMethods.Prack)
            _context.Respond(transaction, request, 481, effects);
        else if (request.Method != SipMethods.Bye)
            _sessionChange.Handle(transaction, request, leg, user, now, effects);
        else if (leg.Dialog!.TryAcceptRemote(request))
            _callRelease.HandleBye(transaction, request, leg, effects);
        else
            _context.Respond(transaction, request, 500, effects);
    }

    private void ReceivePublish(SipTransactionId transaction, SipRequest request, McUser user, Instant now, McxEffects effects)
    {
        if (!_publications.TryCheck(transaction, request, user, effects, out Publication? publication))
            return;
        if (publication.Package.Name == EventPublications.Presence)
            _affiliation.Handle(transaction, publication, user, now, effects);
        else
            _serviceSettings.Handle(transaction, publication, user, now, effects);
    }

    // A regroup request is recognised by its body: mcptt-info has no request type for it (TS 24.379 16.2.1).
    private void ReceiveMessage(SipTransactionId transaction, SipRequest request, McUser user, Instant now, McxEffects effects)
    {
        if (!RequestBodies.TryRead(request, out RequestBodies bodies, out string reason))
        {
            _context.RefuseMalformed(transaction, request, user.McpttId, reason, effects);
            return;
        }
        if (bodies.KeyRotation is { } rotation)
        {
            _keyRotation.Handle(transaction, request, user, rotation, now, effects);
            return;
        }
        if (bodies.MbmsUsage is not null)
        {
            _listening.Handle(transaction, request, user, bodies, effects);
            return;
        }
        if (bodies.Regroup is null)
        {
            SipResponse unsupported = _context.Reply(request, 415);
            unsupported.Headers.Add("Accept", $"{ContentTypes.McpttInfo}, {ContentTypes.McpttRegroup}, {ContentTypes.MbmsUsageInfo}, {ContentTypes.KeyRotation}");
            effects.Respond(transaction, unsupported);
            return;
        }
        switch (RegroupBody.TryParse(bodies.Regroup.Body, out RegroupBody regroup, out reason))
        {
            case RegroupBodyOutcome.NotXml:
                _context.RefuseMalformed(transaction, request, user.McpttId, $"regroup body: {reason}", effects);
                break;
            case RegroupBodyOutcome.WrongContent:
                _context.Refuse(transaction, request, McxWarning.InvalidBody, user.McpttId, $"regroup body: {reason}", effects);
                break;
            case RegroupBodyOutcome.Ok when regroup.Action == RegroupAction.Create:
                _regroupFormation.Handle(transaction, request, user, regroup, now, effects);
                break;
            default:
                _regroupCancellation.Handle(transaction, request, user, regroup, now, effects);
                break;
        }
    }
}
