using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// The event state compositor of a user agent (RFC 3903 6), as one pure machine. The user authenticates a PUBLISH, asks
/// <see cref="TryCheck"/>, judges its body, and calls <see cref="Commit"/>; until then nothing changes.
/// </summary>
public sealed class EventStateCompositor
{
    private readonly EventStateCompositorOptions _options;
    private readonly IEntropy _entropy;
    private readonly Dictionary<string, PublicationPackage> _packages = [];
    private readonly Dictionary<(string Package, string Publisher, string Slot), EventState> _states = [];
    private readonly Dictionary<string, EventState> _byTag = [];
    private readonly Dictionary<string, int> _countOf = [];
    private readonly DeadlineSet<EventState> _expiries = new();

    public EventStateCompositor(EventStateCompositorOptions options, IEnumerable<PublicationPackage> packages, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(packages);
        _options = options;
        _entropy = entropy;
        foreach (PublicationPackage package in packages)
            _packages.Add(package.Name, package);
    }

    /// <summary>Packages that may be published, for the Allow-Events of a 489.</summary>
    public string AllowEvents => string.Join(", ", _packages.Keys);

    public int Count => _states.Count;

    public Instant NextDeadline => _expiries.NextDeadline;

    public EventState? Find(string package, string publisher, string slot) => _states.GetValueOrDefault((package, publisher, slot));

    /// <summary>The checks of RFC 3903 6 in their order: 489, 400, 412, 423, 400.</summary>
    /// <param name="refusal">The answer when it returns false.</param>
    public bool TryCheck(
        SipRequest publish, string publisher, [NotNullWhen(true)] out Publication? publication, [NotNullWhen(false)] out SipResponse? refusal)
    {
        ArgumentNullException.ThrowIfNull(publish);
        publication = null;
        if (!SipEvent.TryParse(publish.Headers.Get("Event"), out SipEvent? named) || !_packages.TryGetValue(named.Package, out PublicationPackage? package))
        {
            refusal = Reply(publish, 489);
            refusal.Headers.Add("Allow-Events", AllowEvents);
            return false;
        }
        EventState? current = null;
        if (publish.Headers.GetAll("SIP-If-Match") is { Count: > 0 } tags)
        {
            if (tags.Count > 1 || !SipSyntax.IsToken(tags[0]))
            {
                refusal = Reply(publish, 400);
                return false;
            }
            if (!_byTag.TryGetValue(tags[0], out current) || current.Publisher != publisher || current.Package != package.Name)
            {
                refusal = Reply(publish, 412);
                return false;
            }
        }
        if (!EventRequests.TryReadExpires(publish, out uint? wanted_s))
        {
            refusal = Reply(publish, 400);
            return false;
        }
        uint expires_s = Math.Min(wanted_s ?? package.DefaultExpires_s, package.MaxExpires_s);
        if (expires_s > 0 && expires_s < package.MinExpires_s)
        {
            refusal = EventRequests.TooBrief(publish, package.MinExpires_s, _entropy.NextToken());
            return false;
        }
        // RFC 3903 4.4: without a condition there must be something to publish.
        if (current is null && publish.Body.Length == 0)
        {
            refusal = Reply(publish, 400);
            return false;
        }
        PublicationKind kind = expires_s == 0 ? PublicationKind.Remove
            : current is null ? PublicationKind.Initial
            : publish.Body.Length == 0 ? PublicationKind.Refresh
            : PublicationKind.Modify;
        publication = new Publication(publish, package, publisher, kind, expires_s, current);
        refusal = null;
        return true;
    }

    /// <summary>Makes it so: 200 with a new entity tag; or 403 or 503 with a Warning when there are too many.</summary>
    /// <param name="slot">
    /// Which of the publisher's states it is about; that of its SIP-If-Match where there is one.
    /// </param>
    /// <param name="body">What to keep of the body, if anything; a refresh keeps what is there.</param>
    /// <param name="committed">False when it was refused.</param>
    public SipResponse Commit(
        Publication publication, string slot, EventBody? body, Instant now, ICollection<PublicationEffect> effects, out bool committed)
    {
        ArgumentNullException.ThrowIfNull(publication);
        ArgumentNullException.ThrowIfNull(effects);
        slot = publication.Current?.Slot ?? slot;
        EventState? before = Find(publication.Package.Name, publication.Publisher, slot);
        committed = publication.Kind == PublicationKind.Remove || before is not null;
        if (!committed && _states.Count >= _options.MaxStates)
        {
            SipResponse full = Refuse(publication.Request, 503, $"{_options.MaxStates} publications are held");
            full.Headers.Add("Retry-After", _options.RetryAfter_s.ToString(CultureInfo.InvariantCulture));
            return full;
        }
        if (!committed && _countOf.GetValueOrDefault(publication.Publisher) >= _options.MaxStatesPerPublisher)
            return Refuse(publication.Request, 403, $"{_options.MaxStatesPerPublisher} publications of this user are held");
        committed = true;
        string tag = _entropy.NextToken();
        if (before is not null)
            Remove(before);
        if (publication.Kind != PublicationKind.Remove)
        {
            EventBody? kept = publication.Kind == PublicationKind.Refresh ? before?.Body : body;
            var state = new EventState(publication.Package.Name, publication.Publisher, slot, tag, kept);
            Instant expiresAt = ExpiryOf(publication.Expires_s, now);
            Add(state, expiresAt);
            effects.Add(new PublicationEffect.Save(state, expiresAt));
        }
        else if (before is not null)
        {
            effects.Add(new PublicationEffect.Forget(before, Expired: false));
        }
        SipResponse ok = Reply(publication.Request, 200);
        ok.Headers.Add("SIP-ETag", tag);
        ok.Headers.Add("Expires", publication.Expires_s.ToString(CultureInfo.InvariantCulture));
        return ok;
    }

    /// <summary>The publisher's state of a slot is void: its entity tag matches no more.</summary>
    public void Withdraw(string package, string publisher, string slot, ICollection<PublicationEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        if (Find(package, publisher, slot) is not { } state)
            return;
        Remove(state);
        effects.Add(new PublicationEffect.Forget(state, Expired: false));
    }

    /// <summary>A state that was kept before a restart.</summary>
    public void Restore(EventState state, Instant expiresAt)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (_packages.ContainsKey(state.Package) && Find(state.Package, state.Publisher, state.Slot) is null && !_byTag.ContainsKey(state.EntityTag))
            Add(state, expiresAt);
    }

    public void Expire(Instant now, ICollection<PublicationEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        while (_expiries.TryTake(now, out EventState? expired))
        {
            Remove(expired);
            effects.Add(new PublicationEffect.Forget(expired, Expired: true));
        }
    }

    // 4294967295 s is for ever (TS 24.379 9.2.1.2).
    private static Instant ExpiryOf(uint expires_s, Instant now) => expires_s == uint.MaxValue ? Instant.Never : now + TimeSpan.FromSeconds(expires_s);

    private void Add(EventState state, Instant expiresAt)
    {
        _states[(state.Package, state.Publisher, state.Slot)] = state;
        _byTag[state.EntityTag] = state;
        _countOf[state.Publisher] = _countOf.GetValueOrDefault(state.Publisher) + 1;
        _expiries.Set(state, expiresAt);
    }

    private void Remove(EventState state)
    {
        _states.Remove((state.Package, state.Publisher, state.Slot));
        _byTag.Remove(state.EntityTag);
        _expiries.Remove(state);
        if (--_countOf[state.Publisher] == 0)
            _countOf.Remove(state.Publisher);
    }

    private SipResponse Reply(SipRequest request, int status) => SipResponse.For(request, status, toTag: _entropy.NextToken());

    private SipResponse Refuse(SipRequest request, int status, string why)
    {
        SipResponse response = Reply(request, status);
        response.Headers.Add("Warning", new SipWarning(399, _options.HostName, why).ToString());
        return response;
    }
}
