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
    ClientServerKeys clientServerKeys, GroupKeyManagement groupKeys, BearerAnnouncement bearer, CallMulticast multicast)
{
    private const int RetryAfter_s = 5;

    public void Handle(SipTransactionId transaction, SipRequest request, SipFlow flow, McUser user, Instant now, McxEffects effects) =>
        Handle(transaction, request, flow, user, uploaded: null, now, effects);

    private void Handle(SipTransactionId transaction, SipRequest request, SipFlow flow, McUser user, McxKey? uploaded, Instant now, McxEffects effects)
    {
        if (McIdentity.Normalise(request.To?.Uri.ToString()) != McIdentity.Normalise(user.SipIdentity))
        {
            context.Refuse(transaction, request, McxWarning.ServiceAuthorisationFailed, user.McpttId, $"registers {request.To}", effects);
            return;
        }
        if (!RequestBodies.TryRead(request, out RequestBodies bodies, out string reason))
        {
            context.RefuseMalformed(transaction, request, user.McpttId, reason, effects);
            return;
        }
        IReadOnlyList<string> contacts = request.Headers.GetAll("Contact");
        // A telephone tells no client identity, keys or groups; what it may send of them does not count.
        bool isPlain = user.PlainSip is not null;
        if (contacts.Count != 1 || !NameAddress.TryParse(contacts[0], out NameAddress? contact)
            || (isPlain ? PlainSipProfile.ClientId : bodies.Info?.ClientId) is not { Length: <= 128 } clientId)
        {
            context.RefuseMalformed(transaction, request, user.McpttId, "one Contact and an mcptt-info body with mcptt-client-id are needed", effects);
            return;
        }
        string mcpttId = McIdentity.Normalise(user.McpttId)!;
        string id = McState.ClientKey(mcpttId, clientId);
        Registration? before = context.State.Registrations.GetValueOrDefault(id);
        // RFC 3261 10.3 step 7: an older request that was late may not undo a newer one.
        if (before?.CallId == request.CallId && request.CSeq.Number <= before.CSeq)
        {
            context.Respond(transaction, request, 500, effects);
            return;
        }
        TimeSpan duration = DurationOf(request, contact!);
        if (duration > TimeSpan.Zero && duration < context.Options.MinRegistration)
        {
            SipResponse tooBrief = context.Reply(request, 423);
            tooBrief.Headers.Add("Min-Expires", ((int)context.Options.MinRegistration.TotalSeconds).ToString(CultureInfo.InvariantCulture));
            effects.Respond(transaction, tooBrief);
            return;
        }
        if (duration == TimeSpan.Zero)
        {
            context.Respond(transaction, request, 200, effects);
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
            Id = id,
            McpttId = mcpttId,
            ClientId = clientId,
            Contact = contact!.Uri.AsRequestUri().ToString(),
            Transport = flow.Transport,
            // Requests to the client go where the authenticated request came from or, on a stream, where its Contact listens.
            Address = AddressOf(contact.Uri, flow),
            Source = flow.Remote.ToString(),
            CallId = request.CallId,
            CSeq = request.CSeq.Number,
            ExpiresAt = context.WallClock(now) + duration,
        };
        bool isRefresh = before is not null && before.CallId == registration.CallId && !context.State.Registrations.IsRestored(id);
        context.State.Registrations.Set(registration, flow);
        effects.Put(registration);
        if (uploaded is not null)
            clientServerKeys.Store(registration, uploaded, now, effects);
        SipResponse ok = context.Reply(request, 200);
        ok.Headers.Add("Contact", $"<{registration.Contact}>;expires={(int)duration.TotalSeconds}");
        effects.Respond(transaction, ok);

        groupKeys.ClientRegistered(id, mcpttId, anew: !isRefresh, now, effects);
        if (!isRefresh)
            multicast.SetMonitoring(id, monitors: false, effects);
        bearer.ClientRegistered(id, mcpttId, anew: !isRefresh, now, effects);
        if (isRefresh)
            return;
        effects.Log("registered", user.McpttId, $"client {clientId} at {registration.Contact} over {flow.Transport}");
        if (isPlain)
            affiliation.AffiliateByRegistering(user, clientId, now, effects);
        else if (clientServerKeys.Of(user, id) is null)
            effects.Warn("client-without-key", user.McpttId, $"client {clientId} uploaded no CSK: its calls are refused");
        foreach (PreconfiguredRegroup regroup in context.State.RegroupsOf(mcpttId).Where(regroup => regroup.Users.Contains(mcpttId)))
            membership.Join(regroup, mcpttId, clientId, effects);
        notification.NotifyAllOf(mcpttId, clientId, effects);
    }

    /// <summary>Registrations whose time is over end as if the client had de-registered.</summary>
    public void Expire(Instant now, McxEffects effects)
    {
        DateTimeOffset time = context.WallClock(now);
        while (context.State.Registrations.TryGetExpired(time, out Registration? registration))
            Remove(registration.Id, "registration expired", now, effects);
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

    private static string AddressOf(SipUri contact, SipFlow flow) =>
        flow.Transport == SipTransportKind.Tcp && contact.Port > 0
            ? new System.Net.IPEndPoint(flow.Remote.Address, contact.Port).ToString()
            : flow.Remote.ToString();

    private TimeSpan DurationOf(SipRequest request, NameAddress contact)
    {
        string? text = contact.Parameters["expires"] ?? request.Headers.Get("Expires")?.Trim();
        TimeSpan wanted = uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint seconds)
            ? TimeSpan.FromSeconds(seconds)
            : context.Options.MaxRegistration;
        return wanted < context.Options.MaxRegistration ? wanted : context.Options.MaxRegistration;
    }

    private void Remove(string id, string why, Instant now, McxEffects effects)
    {
        if (!context.State.Registrations.Remove(id, out Registration? registration))
            return;
        effects.Delete<Registration>(id);
        bearer.ClientRemoved(id);
        multicast.SetMonitoring(id, monitors: false, effects);
        effects.Log("de-registered", registration.McpttId, why);
        affiliation.DropAll(registration.McpttId, registration.ClientId, now, effects);
    }
}
