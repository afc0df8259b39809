using System.Globalization;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// REGISTER at a stand-alone server: registrar and service authorisation in one (RFC 3261 10.3, TS 24.379 7.3). The
/// request was authenticated before it came here.
/// </summary>
internal sealed class RegistrationProcedure(
    McContext context, AffiliationProcedure affiliation, RegroupMembership membership, RegroupNotification notification,
    ClientServerKeys clientServerKeys, GroupKeyManagement groupKeys, BearerAnnouncement bearer, CallMulticast multicast,
    EventSubscriptions subscriptions, EventPublications publications)
{
    private const int RetryAfter_s = 5;

    private readonly SipRegistrar _registrar = new(new SipRegistrarOptions
    {
        MaxExpires = context.Options.MaxRegistration,
        MinExpires = context.Options.MinRegistration,
        MaxBindings = context.Options.MaxContactsPerClient,
        ServiceRoute = context.Options.ServiceRoute,
    });

    public void Handle(SipTransactionId transaction, SipRequest request, SipFlow flow, McUser user, Instant now, McxEffects effects) =>
        Handle(transaction, request, flow, user, uploaded: null, now, effects);

    private void Handle(SipTransactionId transaction, SipRequest request, SipFlow flow, McUser user, McxKey? uploaded, Instant now, McxEffects effects)
    {
        if (context.Organisation.UserBySipAddress(request.Headers.Get("To")) != user)
        {
            context.Refuse(transaction, request, McxWarning.ServiceAuthorisationFailed, user.McpttId, $"registers {request.To}", effects);
            return;
        }
        if (!RequestBodies.TryRead(request, out RequestBodies bodies, out string reason))
        {
            context.RefuseMalformed(transaction, request, user.McpttId, reason, effects);
            return;
        }
        string mcpttId = context.Organisation.IdentityOf(user);
        if (request.Headers.Get("Contact") is null or "*")
        {
            HandleWhole(transaction, request, flow, user, mcpttId, now, effects);
            return;
        }
        // A telephone tells no client identity, keys or groups; what it may send of them does not count.
        bool isPlain = user.PlainSip is not null;
        if ((isPlain ? PlainSipProfile.ClientId : bodies.Info?.ClientId) is not { Length: <= 128 } clientId)
        {
            context.RefuseMalformed(transaction, request, user.McpttId, "one Contact and an mcptt-info body with mcptt-client-id are needed", effects);
            return;
        }
        string id = McState.ClientKey(mcpttId, clientId);
        Registration? before = context.State.Registrations.GetValueOrDefault(id);
        DateTimeOffset time = context.WallClock(now);
        // One client has one contact (TS 24.379 7.3), a telephone as many as RFC 3261 lets it have.
        SipRegistration decision = _registrar.Decide(request, flow, before?.Bindings ?? [], time, single: !isPlain);
        if (decision.Status != 200)
        {
            Refuse(transaction, request, user, decision, now, effects);
            return;
        }
        if (decision.Bindings.Count == 0)
        {
            Answer(transaction, request, decision, WithOthersOf(mcpttId, id, []), time, effects);
            Remove(id, "de-registered", now, effects);
            return;
        }
        if (before is null && context.State.RegistrationsOf(mcpttId).Count >= context.Options.MaxClientsPerUser)
        {
            context.Respond(transaction, request, 403, effects);
            effects.Warn("request-refused", user.McpttId, $"REGISTER refused with 403: {context.Options.MaxClientsPerUser} clients are registered");
            return;
        }
        if (bodies.Mikey is { } mikey && uploaded is null && !isPlain)
        {
            Open(transaction, request, flow, user, mikey.Body, now, effects);
            return;
        }
        if (uploaded is not null && clientServerKeys.Clashes(uploaded.Id, id))
        {
            context.Refuse(transaction, request, 403, nameof(MikeyError.KeyIdentifierClash), user.McpttId, effects);
            return;
        }
        var registration = new Registration
        {
            Id = before?.Id ?? id,
            McpttId = mcpttId,
            ClientId = before?.ClientId ?? clientId,
            Bindings = decision.Bindings,
        };
        bool isRefresh = before is not null && !context.State.Registrations.IsRestored(id) && Continues(before, registration, request.CallId);
        context.State.Registrations.Set(registration, flow);
        effects.Put(registration);
        if (uploaded is not null)
            clientServerKeys.Store(registration, uploaded, now, effects);
        Answer(transaction, request, decision, WithOthersOf(mcpttId, id, registration.Bindings), time, effects);

        groupKeys.ClientRegistered(id, mcpttId, anew: !isRefresh, now, effects);
        subscriptions.ClientRegistered(id, mcpttId, now);
        if (!isRefresh)
            multicast.SetMonitoring(id, monitors: false, effects);
        bearer.ClientRegistered(id, mcpttId, anew: !isRefresh, now, effects);
        if (isRefresh)
            return;
        effects.Log("registered", user.McpttId, $"client {clientId} at {registration.Contact} over {flow.Transport}");
        if (isPlain)
            affiliation.AffiliateByRegistering(user, clientId, isFirst: before is null, now, effects);
        else if (clientServerKeys.Of(user, id) is null)
            effects.Warn("client-without-key", user.McpttId, $"client {clientId} uploaded no CSK: its calls are refused");
        foreach (PreconfiguredRegroup regroup in context.State.RegroupsOf(mcpttId))
        {
            if (regroup.Users.Contains(mcpttId))
                membership.Join(regroup, mcpttId, clientId, effects);
        }
        notification.NotifyAllOf(mcpttId, clientId, effects);
    }

    /// <summary>The client logs off (TS 24.379 7.3.4): as if it had de-registered.</summary>
    public void LogOff(string id, Instant now, McxEffects effects) => Remove(id, "logged off", now, effects);

    /// <summary>Registrations whose time is over end as if the client had de-registered.</summary>
    public void Expire(Instant now, McxEffects effects)
    {
        DateTimeOffset time = context.WallClock(now);
        while (context.State.Registrations.TryGetExpired(time, out Registration? registration))
        {
            SipBinding[] left = [.. registration.Bindings.Where(binding => binding.ExpiresAt > time)];
            if (left.Length == 0)
            {
                Remove(registration.Id, "registration expired", now, effects);
                continue;
            }
            Registration shorter = registration with { Bindings = left };
            context.State.Registrations.Set(shorter, flow: null);
            effects.Put(shorter);
        }
    }

    /// <summary>What is asked or said of all clients of the user: no Contact, or <c>*</c>.</summary>
    private void HandleWhole(SipTransactionId transaction, SipRequest request, SipFlow flow, McUser user, string mcpttId, Instant now, McxEffects effects)
    {
        DateTimeOffset time = context.WallClock(now);
        SipRegistration decision = _registrar.Decide(request, flow, WithOthersOf(mcpttId, id: null, []), time);
        if (decision.Status != 200)
        {
            Refuse(transaction, request, user, decision, now, effects);
            return;
        }
        Answer(transaction, request, decision, decision.Bindings, time, effects);
        if (decision.IsQuery)
            return;
        foreach (Registration registration in context.State.RegistrationsOf(mcpttId).ToArray())
            Remove(registration.Id, "de-registered", now, effects);
    }

    private void Refuse(SipTransactionId transaction, SipRequest request, McUser user, SipRegistration decision, Instant now, McxEffects effects)
    {
        Answer(transaction, request, decision, [], context.WallClock(now), effects);
        if (decision.Status is not (423 or 500))
            effects.Warn("request-refused", user.McpttId, $"REGISTER refused with {decision.Status}: {decision.Reason}");
    }

    private void Answer(
        SipTransactionId transaction, SipRequest request, SipRegistration decision, IReadOnlyList<SipBinding> bindings, DateTimeOffset time, McxEffects effects) =>
        effects.Respond(transaction, _registrar.Answer(request, decision, bindings, time));

    /// <summary>A client's bindings, and those of the user's other clients behind them.</summary>
    private IReadOnlyList<SipBinding> WithOthersOf(string mcpttId, string? id, IReadOnlyList<SipBinding> bindings)
    {
        IReadOnlyList<Registration> registrations = context.State.RegistrationsOf(mcpttId);
        if (registrations.Count == 0 || (registrations.Count == 1 && registrations[0].Id == id))
            return bindings;
        var all = new List<SipBinding>(bindings);
        foreach (Registration registration in registrations)
        {
            if (registration.Id != id)
                all.AddRange(registration.Bindings);
        }
        return all;
    }

    // Another contact or flow of a client that is here is no new start of it.
    private static bool Continues(Registration before, Registration after, string callId)
    {
        foreach (SipBinding binding in before.Bindings)
        {
            if (binding.CallId == callId || after.Bindings.Contains(binding))
                return true;
        }
        return false;
    }

    // The rest waits for what is in the message; then everything is looked at again, for it may have changed.
    private void Open(SipTransactionId transaction, SipRequest request, SipFlow flow, McUser user, ReadOnlyMemory<byte> message, Instant now, McxEffects effects)
    {
        void Opened(MikeyError? error, McxKey? key, Instant then, McxEffects since)
        {
            using (key)
            {
                if (error is null)
                    Busy("the uploaded CSK was not opened in time", since);
                else if (key is null)
                    context.Refuse(transaction, request, 403, error.Value.ToString(), user.McpttId, since);
                else
                    Handle(transaction, request, flow, user, key, then, since);
            }
        }

        void Busy(string why, McxEffects since)
        {
            SipResponse busy = context.Reply(request, 503);
            busy.Headers.Add("Retry-After", RetryAfter_s.ToString(CultureInfo.InvariantCulture));
            since.Respond(transaction, busy);
            since.Warn("client-key-not-opened", user.McpttId, $"REGISTER refused with 503: {why}");
        }

        if (!clientServerKeys.TryOpen(user, flow, message, now, effects, Opened))
            Busy($"{clientServerKeys.InWork} uploaded CSKs wait to be opened", effects);
    }

    private void Remove(string id, string why, Instant now, McxEffects effects)
    {
        if (!context.State.Registrations.Remove(id, out Registration? registration))
            return;
        effects.Delete<Registration>(id);
        bearer.ClientRemoved(id);
        subscriptions.ClientRemoved(id, registration.McpttId, now, effects);
        publications.ClientRemoved(registration.McpttId, registration.ClientId, effects);
        multicast.SetMonitoring(id, monitors: false, effects);
        effects.Log("de-registered", registration.McpttId, why);
        affiliation.DropAll(registration.McpttId, registration.ClientId, now, effects);
    }
}
