using System.Net;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// Tells clients of the bearer (TS 24.379 14.2.2): a MESSAGE with its TMGI, the session description of its general purpose
/// subchannel and in that the MSCCK, to every client of a user who is in a group that may use multicast. What a client can do with
/// it, its listening report says; one that refuses is told again when it registers again.
/// </summary>
internal sealed class BearerAnnouncement : IDisposable
{
    private readonly McContext _context;
    private readonly MulticastOptions? _options;
    private readonly HashSet<string> _told = [];
    private readonly Queue<string> _waiting = new();
    private readonly Dictionary<long, Work> _work = [];
    private bool _started;

    public BearerAnnouncement(McContext context)
    {
        _context = context;
        _options = context.Options.Multicast;
        if (_options is not null)
            ControlKey = _options.ControlKey ?? McxKey.Create(KeyPurpose.MbmsSubchannelControlKey, context.Entropy);
    }

    /// <summary>MSCCK; null when there is no bearer. A new one for each process, unless one is configured.</summary>
    public McxKey? ControlKey { get; }

    /// <summary>Messages that the host is making.</summary>
    public int InWork => _work.Count;

    /// <summary>Clients that were registered when the process started are told at once: the bearer is a new one for them.</summary>
    public Instant NextDeadline => _options is null || _started || _context.State.Registrations.Count == 0 ? Instant.Never : Instant.Zero;

    public void Expire(Instant now, McxEffects effects)
    {
        if (_started)
            return;
        _started = true;
        // Who registered in this process was told.
        foreach (Registration registration in _context.State.Registrations.Values)
            ClientRegistered(registration.Id, registration.McpttId, anew: false, now, effects);
    }

    /// <param name="client">Identifier of the registration.</param>
    /// <param name="mcpttId">Normalised.</param>
    /// <param name="anew">It may have started anew and know of nothing.</param>
    public void ClientRegistered(string client, string mcpttId, bool anew, Instant now, McxEffects effects)
    {
        if (_options is null || !_context.Organisation.GroupsOf(mcpttId).Any(group => group is { Multicast: true, Disabled: false }))
            return;
        if (anew)
            _told.Remove(client);
        if (!_told.Add(client))
            return;
        _waiting.Enqueue(client);
        Pump(now, effects);
    }

    public void ClientRemoved(string client) => _told.Remove(client);

    /// <summary>False when the ticket is not one of these.</summary>
    public bool MessageMade(long ticket, byte[]? message, Instant now, McxEffects effects)
    {
        if (!_work.Remove(ticket, out Work? work))
            return false;
        if (message is null)
            Failed(work.Client, "the key message could not be made", effects);
        else
            Send(work.Client, message, effects);
        Pump(now, effects);
        return true;
    }

    public void Sweep(Instant now, McxEffects effects)
    {
        foreach (long ticket in _work.Where(work => work.Value.Since + _context.Options.Keys.WorkTimeout < now).Select(work => work.Key).ToArray())
            MessageMade(ticket, null, now, effects);
    }

    public void Dispose()
    {
        if (_options?.ControlKey is null)
            ControlKey?.Dispose();
    }

    private void Pump(Instant now, McxEffects effects)
    {
        while (_work.Count < _context.Options.Keys.MaxMessagesInWork && _waiting.TryDequeue(out string? client))
        {
            if (!_told.Contains(client) || !_context.State.Registrations.TryGetValue(client, out Registration? registration))
                continue;
            if (_options!.ControlKey is not null)
            {
                Send(client, null, effects);
                continue;
            }
            long ticket = _context.NextTicket();
            _work[ticket] = new Work(client, now);
            effects.Submit(new KeyEffect.MakeKeyMessage(
                ticket, ControlKey!.Copy(), _context.Organisation.UserByMcpttId(registration.McpttId)!.McpttId, _context.WallClock(now)));
        }
    }

    private void Send(string client, byte[]? keyMessage, McxEffects effects)
    {
        if (!_context.State.Registrations.TryGetValue(client, out Registration? registration))
            return;
        string member = _context.Organisation.UserByMcpttId(registration.McpttId)!.McpttId;
        SipRequest request = _context.NewRequest(SipMethods.Message, registration.Contact, member);
        IPAddress server = _context.Options.MediaAddressesOf(0).Audio.Address;
        var usage = new MbmsUsageInfo { Announcement = new MbmsAnnouncement(_options!.Tmgi, BearerDescription.GeneralPurposeLine) };
        McContext.SetBody(request,
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { RequestUri = member }.Serialise()),
            new MimePart(ContentTypes.MbmsUsageInfo, usage.Serialise()),
            new MimePart(ContentTypes.Sdp, BearerDescription.Create(server, _options.GeneralPurpose, _options.TimeToLive, keyMessage).Serialise()));
        _context.SendTo(registration, request, new Announcement(this, client), effects);
    }

    // Logged, not warned of: a client without multicast refuses, and gets its calls by unicast.
    private void Failed(string client, string reason, McxEffects effects)
    {
        _told.Remove(client);
        effects.Log("bearer-announcement-not-taken", client, reason);
    }

    private sealed record Work(string Client, Instant Since);

    private sealed class Announcement(BearerAnnouncement announcement, string client) : PendingRequest
    {
        public override void Receive(SipResponse response, Instant now, McxEffects effects)
        {
            if (response.Status >= 300)
                announcement.Failed(client, $"answered {response.Status} {response.Reason}", effects);
        }

        public override void Fail(string reason, Instant now, McxEffects effects) => announcement.Failed(client, reason, effects);
    }
}
