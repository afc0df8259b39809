using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>PUBLISH of any package (RFC 3903): entity tags, one for each client and package, durable.</summary>
internal sealed class EventPublications
{
    public const string Presence = "presence";
    public const string ServiceSettings = "poc-settings";

    private readonly McContext _context;
    private readonly EventStateCompositor _compositor;
    private readonly List<PublicationEffect> _effects = [];

    public EventPublications(McContext context, IReadOnlyList<PublishedState> durable)
    {
        _context = context;
        _compositor = new EventStateCompositor(
            new EventStateCompositorOptions { HostName = context.Options.HostName, MaxStates = context.Options.Events.MaxPublications },
            [Lasting(Presence), Lasting(ServiceSettings)], context.Entropy);
        foreach (PublishedState state in durable)
        {
            EventBody? body = state.Document.Length == 0 ? null : new EventBody(ContentTypes.PocSettings, System.Text.Encoding.UTF8.GetBytes(state.Document));
            _compositor.Restore(
                new EventState(state.Package, state.McpttId, state.ClientId, state.EntityTag, body), context.InstantOf(state.ExpiresAt));
            if (state.Package == ServiceSettings && body is not null && Mcx.ServiceSettings.TryParse(body.Content, out ServiceSettings settings, out _))
                context.State.Settings[McState.ClientKey(state.McpttId, state.ClientId)] = settings;
        }
    }

    public Instant NextDeadline => _compositor.NextDeadline;

    /// <summary>False when the request was refused here.</summary>
    public bool TryCheck(
        SipTransactionId transaction, SipRequest request, McUser user, McxEffects effects, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Publication? publication)
    {
        if (_compositor.TryCheck(request, McIdentity.Normalise(user.McpttId)!, out publication, out SipResponse? refusal))
            return true;
        Refuse(transaction, refusal, user, effects);
        return false;
    }

    /// <summary>The client that publishes must be registered, and its entity tag its own; false when it was refused here.</summary>
    public bool TryFindClient(SipTransactionId transaction, Publication publication, McUser user, string clientId, McxEffects effects)
    {
        if (publication.Current is { } current && current.Slot != clientId)
        {
            _context.RefuseMalformed(transaction, publication.Request, user.McpttId, $"the entity tag is that of client {current.Slot}", effects);
            return false;
        }
        if (_context.State.Registrations.ContainsKey(McState.ClientKey(publication.Publisher, clientId)))
            return true;
        _context.Refuse(transaction, publication.Request, McxWarning.UserUnknown, user.McpttId, $"client {clientId} is not registered", effects);
        return false;
    }

    /// <summary>Answers 200 with a new entity tag, or refuses; true when it is so.</summary>
    public bool TryCommit(
        SipTransactionId transaction, Publication publication, string clientId, EventBody? body, Instant now, McxEffects effects)
    {
        SipResponse response = _compositor.Commit(publication, clientId, body, now, _effects, out bool committed);
        if (committed)
            effects.Respond(transaction, response);
        else
            Refuse(transaction, response, _context.Organisation.UserByMcpttId(publication.Publisher)!, effects);
        CarryOut(effects);
        return committed;
    }

    /// <summary>What a client published goes with its registration.</summary>
    public void ClientRemoved(string mcpttId, string clientId, McxEffects effects)
    {
        foreach (string package in (ReadOnlySpan<string>)[Presence, ServiceSettings])
            _compositor.Withdraw(package, mcpttId, clientId, _effects);
        CarryOut(effects);
    }

    public void Expire(Instant now, McxEffects effects)
    {
        _compositor.Expire(now, _effects);
        CarryOut(effects);
    }

    // TS 24.379 9.2.1.2, 7.2.3: for ever, or not at all.
    private static PublicationPackage Lasting(string name) =>
        new(name) { DefaultExpires_s = uint.MaxValue, MinExpires_s = uint.MaxValue, MaxExpires_s = uint.MaxValue };

    private static void Refuse(SipTransactionId transaction, SipResponse refusal, McUser user, McxEffects effects)
    {
        effects.Respond(transaction, refusal);
        effects.Warn("request-refused", user.McpttId, $"PUBLISH refused with {refusal.Status} {refusal.Reason}");
    }

    private void CarryOut(McxEffects effects)
    {
        foreach (PublicationEffect effect in _effects)
        {
            EventState state = effect.State;
            string id = PublishedState.IdOf(state.Package, state.Publisher, state.Slot);
            if (effect is PublicationEffect.Save save)
            {
                effects.Put(new PublishedState
                {
                    Id = id,
                    Package = state.Package,
                    McpttId = state.Publisher,
                    ClientId = state.Slot,
                    EntityTag = state.EntityTag,
                    Document = state.Body is { } body ? System.Text.Encoding.UTF8.GetString(body.Content.Span) : string.Empty,
                    ExpiresAt = save.ExpiresAt.IsNever ? null : _context.WallClock(save.ExpiresAt),
                });
            }
            else
            {
                effects.Delete<PublishedState>(id);
                if (state.Package == ServiceSettings && _context.State.Settings.Remove(McState.ClientKey(state.Publisher, state.Slot)))
                    _context.State.ChangedSettings.Add(state.Publisher);
            }
        }
        _effects.Clear();
    }
}
