using System.Buffers.Binary;
using System.Globalization;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// The transaction layer and the parts of the UAS core that retransmit (RFC 3261 17, 13.3.1.4; RFC 6026, 4320, 3581). Pure: owned
/// by one thread, told the time, everything it wants done is in the effects.
/// </summary>
public sealed class SipTransactionLayer : IDisposable
{
    private const int Branch_bytes = 12;
    private const int Tag_bytes = 8;
    private readonly SipTransactionOptions _options;
    private readonly IEntropy _entropy;
    private readonly SipMachineContext _context;
    private readonly Dictionary<long, SipTransaction> _byId = [];
    private readonly Dictionary<string, ClientTransaction> _clients = new(StringComparer.Ordinal);
    private readonly Dictionary<UInt128, ServerTransaction> _servers = [];
    private readonly HashSet<UInt128> _merges = [];
    private readonly Dictionary<string, InviteServerTransaction> _awaitingAck = new(StringComparer.Ordinal);
    private readonly UnacknowledgedDialogs _unacknowledged = new();
    private readonly Dictionary<object, InviteClientTransaction> _invitesByToken = [];
    private readonly SipDeadlines _deadlines;
    private readonly AnsweredRequests _answered = new();
    private readonly KeyedHash _hash;
    private long _lastId;

    public SipTransactionLayer(SipTransactionOptions options, IEntropy entropy, SipCounters? counters = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(entropy);
        _options = options;
        _entropy = entropy;
        _hash = new KeyedHash(entropy);
        _deadlines = new SipDeadlines(_byId);
        _context = new SipMachineContext(options, counters ?? new SipCounters());
    }

    public SipCounters Counters => _context.Counters;

    /// <summary>Live transactions, and requests whose answers are kept.</summary>
    public int Count => _byId.Count + _answered.Count;

    /// <summary>When <see cref="Expire"/> has work, or a moment before.</summary>
    public Instant NextDeadline => Instant.Earlier(_deadlines.Next, AnswersEnd);

    /// <summary>Timer J of the oldest of the answered requests.</summary>
    private Instant AnswersEnd => _answered.OldestAt.IsNever ? Instant.Never : _answered.OldestAt + _context.Timeout;

    /// <summary>Null when the transaction is gone. For a look at one of them.</summary>
    public SipTransactionState? StateOf(SipTransactionId id) =>
        _byId.TryGetValue(id.Value, out SipTransaction? transaction) ? transaction.State
        : _answered.Contains(id) ? SipTransactionState.Completed
        : null;

    /// <summary>A parsed message from a wire.</summary>
    public void Receive(SipMessage message, SipFlow flow, Instant now, SipEffects effects, SipStanding standing = SipStanding.Priority)
    {
        Enter(now, effects);
        if (message is SipRequest request)
            ReceiveRequest(request, flow, standing);
        else if (message is SipResponse response)
            ReceiveResponse(response);
    }

    /// <summary>Answers a request without keeping state: 400, 505.</summary>
    public void Reject(SipRequest request, int status, SipFlow flow, Instant now, SipEffects effects)
    {
        ArgumentNullException.ThrowIfNull(request);
        Enter(now, effects);
        if (request.Method == SipMethods.Ack || !TryCutVia(request, stackalloc char[SipHeaders.UsualText_chars], out SipViaText via))
            return;
        SipTransactionKeys.StampVia(request, via, flow);
        Reject(request, via, status, flow);
    }

    /// <summary>
    /// Starts a client transaction for a copy of the request with our Via on top. Not for ACK and CANCEL. A request too large for
    /// UDP goes over TCP to the same address first. A BYE waits until our 2xx to the dialog's INVITE is acknowledged or given up
    /// (RFC 3261 15); it has no identifier yet.
    /// </summary>
    public SipTransactionId SendRequest(object token, SipRequest request, SipDestination destination, Instant now, SipEffects effects)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(destination);
        CheckRequest(request);
        Enter(now, effects);
        if (request.Method == SipMethods.Bye && _unacknowledged.TryHold(token, request, destination))
            return default;
        if (!HasRoom(_options.MaxTransactions))
        {
            Counters.Add(SipCounter.OverloadDropped);
            effects.Failed(default, token, SipFailure.Overloaded);
            return default;
        }
        SipRequest copy = Prepare(request, destination, out string branch);
        byte[] bytes = copy.ToBytes();
        SipDestination? fallback = null;
        if (destination.Transport == SipTransportKind.Udp && bytes.Length > _options.MaxUdpRequest_bytes && _options.CanSwitchToTcp)
        {
            fallback = destination;
            destination = new SipDestination(SipTransportKind.Tcp, destination.Remote);
            bytes = Rewrite(copy, destination, branch);
            Counters.Add(SipCounter.SwitchedToTcp);
        }
        return StartClient(copy, bytes, branch, destination, fallback, token).Id;
    }

    /// <summary>Sends the ACK for a 2xx: own branch, no transaction.</summary>
    public void SendAck(SipRequest ack, SipDestination destination, Instant now, SipEffects effects)
    {
        ArgumentNullException.ThrowIfNull(ack);
        ArgumentNullException.ThrowIfNull(destination);
        if (ack.Method != SipMethods.Ack)
            throw new ArgumentException("Not an ACK.", nameof(ack));
        Enter(now, effects);
        effects.Send(default, Prepare(ack, destination, out _).ToBytes(), destination);
    }

    /// <summary>
    /// Takes the response over and sends it; a To without tag gets the transaction's own. False when the transaction is gone or does
    /// not take it.
    /// </summary>
    public bool Respond(SipTransactionId id, SipResponse response, Instant now, SipEffects effects)
    {
        ArgumentNullException.ThrowIfNull(response);
        Enter(now, effects);
        if (!_byId.TryGetValue(id.Value, out SipTransaction? transaction) || transaction is not ServerTransaction server)
        {
            Counters.Add(SipCounter.LateResponseDropped);
            return false;
        }
        return Respond(server, response);
    }

    /// <summary>Cancels the INVITE sent with this token; without effect when it has its final response.</summary>
    public void Cancel(object token, Instant now, SipEffects effects)
    {
        ArgumentNullException.ThrowIfNull(token);
        Enter(now, effects);
        if (!_invitesByToken.TryGetValue(token, out InviteClientTransaction? invite))
            return;
        invite.Cancel(_context);
        Settle(invite);
    }

    /// <summary>A <see cref="SipEffectKind.Send"/> of that transaction failed.</summary>
    public void TransportFailed(SipTransactionId id, Instant now, SipEffects effects)
    {
        Enter(now, effects);
        if (!_byId.TryGetValue(id.Value, out SipTransaction? transaction) || transaction is not ClientTransaction client)
            return;
        if (client.UdpFallback is not null && client.State is SipTransactionState.Calling or SipTransactionState.Trying)
        {
            Counters.Add(SipCounter.FellBackToUdp);
            client.FallBack(Rewrite(client.Request, client.UdpFallback!, client.Request.TopVia!.Branch), _context);
        }
        else
            client.OnTransportError(_context);
        Settle(client);
    }

    /// <summary>Fires what is due.</summary>
    public void Expire(Instant now, SipEffects effects)
    {
        Enter(now, effects);
        while (AnswersEnd <= now)
            _answered.ForgetOldest();
        while (_deadlines.TryTakeDue(now, out SipTransaction? transaction))
        {
            while (transaction.Timers.TryTakeExpired(now, out SipTimer timer))
                transaction.OnTimer(timer, _context);
            Settle(transaction);
        }
    }

    public void Dispose() => _hash.Dispose();

    /// <summary>Throws when the request is not one <see cref="SendRequest"/> can send.</summary>
    internal static void CheckRequest(SipRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method is SipMethods.Ack or SipMethods.Cancel)
            throw new ArgumentException("ACK goes through SendAck, CANCEL through Cancel.", nameof(request));
        if (request.CallId.Length == 0 || request.From is null || request.To is null || request.CSeq.Method != request.Method)
            throw new ArgumentException("A request needs From, To, Call-ID and a CSeq of its method.", nameof(request));
    }

    private void ReceiveRequest(SipRequest request, SipFlow flow, SipStanding standing)
    {
        Counters.Add(SipCounter.RequestsReceived);
        if (!TryCutVia(request, stackalloc char[SipHeaders.UsualText_chars], out SipViaText via))
        {
            Counters.Add(SipCounter.MalformedDropped);
            return;
        }
        SipTransactionKeys.StampVia(request, via, flow);
        switch (request.Method)
        {
            case SipMethods.Ack:
                ReceiveAck(request, via, flow);
                return;
            case SipMethods.Cancel:
                ReceiveCancel(request, via, flow);
                return;
        }
        UInt128 key = SipTransactionKeys.ForServer(_hash, request, via, request.Method);
        if (_servers.TryGetValue(key, out ServerTransaction? known))
        {
            known.OnRetransmission(_context);
            Settle(known);
            return;
        }
        if (_answered.TryGetResponse(key, out ReadOnlyMemory<byte> response))
        {
            Counters.Add(SipCounter.RetransmissionsAbsorbed);
            Counters.Add(SipCounter.Retransmissions);
            _context.Effects.Send(default, response, SipTransactionKeys.ForResponse(via, flow));
            return;
        }
        if (_options.AnswerAtOnce(request) is { } answer)
        {
            Counters.Add(SipCounter.AnsweredAtOnce);
            Complete(answer, key);
            _context.Effects.Send(default, answer.ToBytes(), SipTransactionKeys.ForResponse(via, flow));
            return;
        }
        UInt128? mergeKey = SipTransactionKeys.ForMerge(_hash, request);
        if (mergeKey is { } merge && (_merges.Contains(merge) || _answered.HasMerge(merge)))
        {
            Counters.Add(SipCounter.MergedRequestAnswered);
            Reject(request, via, 482, flow);
            return;
        }
        if (!HasRoom(CapacityFor(standing)))
        {
            Counters.Add(SipCounter.OverloadAnswered);
            Reject(request, via, 503, flow);
            return;
        }
        StartServer(request, via, flow, key, mergeKey);
    }

    /// <summary>
    /// When there are too many answers those go of which no repetition is under way any more: none comes T2 after the one before, and
    /// T4 is how long a message stays in the network.
    /// </summary>
    private bool HasRoom(int capacity)
    {
        while (_answered.Reserved_bytes > _options.MaxAnswers_bytes)
        {
            if (_answered.Count == 0 || _context.Now - _answered.OldestAt < _options.T4)
                return false;
            Counters.Add(SipCounter.AnsweredForgotten);
            _answered.ForgetOldest();
        }
        return _byId.Count < capacity;
    }

    private int CapacityFor(SipStanding standing) => standing switch
    {
        SipStanding.Stranger => _options.MaxTransactions - (_options.MaxTransactions / 4),
        SipStanding.Known => _options.MaxTransactions - (_options.MaxTransactions / 10),
        _ => _options.MaxTransactions,
    };

    private void StartServer(SipRequest request, in SipViaText via, SipFlow flow, UInt128 key, UInt128? mergeKey)
    {
        var id = new SipTransactionId(++_lastId);
        SipDestination destination = SipTransactionKeys.ForResponse(via, flow);
        ServerTransaction server = request.Method == SipMethods.Invite
            ? new InviteServerTransaction(id, key, destination, request) { MergeKey = mergeKey }
            : new NonInviteServerTransaction(id, key, destination, request) { MergeKey = mergeKey };
        _byId[id.Value] = server;
        _servers[key] = server;
        if (mergeKey is { } merge)
            _merges.Add(merge);
        server.Start(_context);
        Settle(server);
        _context.Effects.DeliverRequest(id, request, flow);
    }

    private void ReceiveAck(SipRequest ack, in SipViaText via, SipFlow flow)
    {
        if ((!_servers.TryGetValue(SipTransactionKeys.ForServer(_hash, ack, via, SipMethods.Invite), out ServerTransaction? server) ||
            server is not InviteServerTransaction invite) && !_awaitingAck.TryGetValue(SipTransactionKeys.ForAck(ack), out invite!))
        {
            Counters.Add(SipCounter.StrayAckDropped);
            return;
        }
        if (invite.OnAck(_context))
        {
            _context.Effects.DeliverRequest(default, ack, flow);
            LetByeGo(invite);
        }
        Settle(invite);
    }

    private void LetByeGo(InviteServerTransaction invite)
    {
        if (_unacknowledged.Over(invite) is var (token, bye, destination))
            SendRequest(token, bye, destination, _context.Now, _context.Effects);
    }

    /// <summary>
    /// RFC 3261 9.2. Nobody can challenge a CANCEL, so it must come from where its INVITE came from (22.1). The answers need no
    /// transaction: a repeated CANCEL gets the same one.
    /// </summary>
    private void ReceiveCancel(SipRequest cancel, in SipViaText via, SipFlow flow)
    {
        if (!_servers.TryGetValue(SipTransactionKeys.ForServer(_hash, cancel, via, SipMethods.Invite), out ServerTransaction? server) ||
            server is not InviteServerTransaction invite || invite.Destination.Flow != flow)
        {
            Counters.Add(SipCounter.StrayCancelAnswered);
            Reject(cancel, via, 481, flow);
            return;
        }
        SipResponse accepted = SipResponse.For(cancel, 200, toTag: TagFor(invite.Key));
        _context.Effects.Send(default, accepted.ToBytes(), SipTransactionKeys.ForResponse(via, flow));
        if (invite.State != SipTransactionState.Proceeding || invite.Cancelled)
            return;
        invite.Cancelled = true;
        _context.Effects.DeliverRequest(invite.Id, cancel, flow);
    }

    private void ReceiveResponse(SipResponse response)
    {
        Counters.Add(SipCounter.ResponsesReceived);
        // RFC 3261 8.1.3.3: with more than one Via it was not for us.
        if (response.TopVia is not { } via || response.Headers.GetAll("Via").Count != 1 ||
            !_clients.TryGetValue(SipTransactionKeys.ForClient(via.Branch, response.CSeq.Method), out ClientTransaction? client))
        {
            Counters.Add(SipCounter.StrayResponseDropped);
            return;
        }
        client.OnResponse(response, _context);
        Settle(client);
    }

    private bool Respond(ServerTransaction server, SipResponse response)
    {
        Complete(response, server.Key);
        bool taken = server.Respond(response, _context);
        if (taken && server is NonInviteServerTransaction { State: SipTransactionState.Completed })
        {
            _answered.Add(server.Id, server.Key, server.MergeKey, server.Last.Span, _context.Now);
            Forget(server);
            return taken;
        }
        if (taken && response.IsSuccess && server is InviteServerTransaction { AckKey: null } invite)
        {
            invite.AckKey = SipTransactionKeys.ForAck(response);
            _awaitingAck[invite.AckKey] = invite;
            _unacknowledged.Begin(invite, response);
        }
        Settle(server);
        return taken;
    }

    private void Complete(SipResponse response, UInt128 key)
    {
        if (response is { Status: > 100, HasToTag: false })
            response.AddToTag(TagFor(key));
        if (_options.ProductName is { } product && !response.Headers.Contains("Server"))
            response.Headers.Add("Server", product);
    }

    private void Reject(SipRequest request, in SipViaText via, int status, SipFlow flow)
    {
        SipResponse response = SipResponse.For(request, status, toTag: NewToken(8));
        if (status == 503)
            response.Headers.Add("Retry-After", "5");
        _context.Effects.Send(default, response.ToBytes(), SipTransactionKeys.ForResponse(via, flow));
    }

    private ClientTransaction StartClient(SipRequest request, byte[] bytes, string branch, SipDestination destination,
        SipDestination? fallback, object? token)
    {
        var id = new SipTransactionId(++_lastId);
        string key = SipTransactionKeys.ForClient(branch, request.Method);
        ClientTransaction client = request.Method == SipMethods.Invite
            ? new InviteClientTransaction(id, key, destination, request, token) { UdpFallback = fallback }
            : new NonInviteClientTransaction(id, key, destination, request, token) { UdpFallback = fallback };
        _byId[id.Value] = client;
        _clients[key] = client;
        if (client is InviteClientTransaction invite && token is not null)
            _invitesByToken[token] = invite;
        client.Start(bytes, _context);
        Settle(client);
        return client;
    }

    private SipRequest Prepare(SipRequest request, SipDestination destination, out string branch)
    {
        SipRequest copy = request.Clone();
        branch = SipVia.MagicCookie + NewToken(Branch_bytes);
        copy.Headers.AddFirst("Via", OurVia(destination, branch));
        if (!copy.Headers.Contains("Max-Forwards"))
            copy.Headers.Add("Max-Forwards", "70");
        if (_options.ProductName is { } product && !copy.Headers.Contains("User-Agent"))
            copy.Headers.Add("User-Agent", product);
        return copy;
    }

    private byte[] Rewrite(SipRequest request, SipDestination destination, string branch)
    {
        request.Headers.ReplaceFirst("Via", OurVia(destination, branch));
        return request.ToBytes();
    }

    private string OurVia(SipDestination destination, string branch)
    {
        SipSentBy sentBy = _options.SentBy(destination);
        return string.Create(CultureInfo.InvariantCulture,
            $"SIP/2.0/{destination.Transport.ViaName()} {sentBy.Host}:{sentBy.Port};branch={branch};rport");
    }

    private static bool TryCutVia(SipRequest request, Span<char> room, out SipViaText via)
    {
        ReadOnlySpan<char> vias = request.Headers.TextOf(SipHeaderNames.Via, room);
        via = default;
        return SipSyntax.TryTakeElement(ref vias, out ReadOnlySpan<char> top) && SipViaText.TryCut(top, out via);
    }

    private string NewToken(int bytes)
    {
        Span<byte> random = stackalloc byte[bytes];
        _entropy.Fill(random);
        return Convert.ToHexStringLower(random);
    }

    /// <summary>
    /// The To tag of responses to which the user gave none: the same for a repeated request, whether or not the first is remembered
    /// (RFC 3261 8.2.7).
    /// </summary>
    private static string TagFor(UInt128 key)
    {
        Span<byte> hash = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(hash, key);
        return Convert.ToHexStringLower(hash[..Tag_bytes]);
    }

    private void Enter(Instant now, SipEffects effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        _context.Now = now;
        _context.Effects = effects;
    }

    /// <summary>After every touch: sends a CANCEL that became due, forgets the dead, sees to a deadline no later than the timers.</summary>
    private void Settle(SipTransaction transaction)
    {
        if (transaction is InviteClientTransaction { CancelDue: true } invite)
        {
            invite.CancelDue = false;
            SipRequest cancel = invite.MakeCancel();
            StartClient(cancel, cancel.ToBytes(), cancel.TopVia!.Branch, invite.Destination, null, null);
        }
        if (transaction.IsTerminated)
        {
            Forget(transaction);
            return;
        }
        _deadlines.Keep(transaction);
    }

    private void Forget(SipTransaction transaction)
    {
        if (!_byId.Remove(transaction.Id.Value))
            return;
        if (transaction is ClientTransaction client)
        {
            _clients.Remove(client.Key);
            if (client is InviteClientTransaction invite && client.Token is not null &&
                _invitesByToken.TryGetValue(client.Token, out InviteClientTransaction? current) && ReferenceEquals(current, invite))
                _invitesByToken.Remove(client.Token);
        }
        else if (transaction is ServerTransaction server)
        {
            _servers.Remove(server.Key);
            if (server.MergeKey is { } merge)
                _merges.Remove(merge);
            if (server is InviteServerTransaction { AckKey: { } ackKey } invite)
            {
                _awaitingAck.Remove(ackKey);
                LetByeGo(invite);
            }
        }
    }
}
