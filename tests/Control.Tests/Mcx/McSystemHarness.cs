using System.Net;
using System.Text;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>
/// An MC system and its clients without sockets: requests go in as objects, and every message is a line of
/// <see cref="Ladder"/>. Durable changes are kept as the store would, so a restart can be played.
/// </summary>
internal sealed partial class McSystemHarness
{
    private readonly Dictionary<(Type Kind, string Id), DurableRecord> _store = [];
    private readonly Dictionary<string, SipFlow> _flows = [];
    private readonly Dictionary<long, (string To, SipRequest Request)> _sent = [];
    private readonly McxEffects _effects = new();
    private McSystem _system;
    private int _starts;
    private long _lastTransaction;
    private int _lastCSeq;

    public McSystemHarness(MulticastOptions? multicast = null, Organisation? organisation = null, KeyOptions? keys = null)
    {
        Multicast = multicast;
        Organisation = organisation ?? TestOrganisation.Create();
        KeyOptions = keys ?? new KeyOptions();
        _system = Start();
        Begin();
    }

    /// <summary>What the next process reads.</summary>
    public Organisation Organisation { get; set; }

    public KeyOptions KeyOptions { get; }

    public static DateTimeOffset WallClockAtZero { get; } = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What the host is asked to do with keys, oldest first; the test answers.</summary>
    public Queue<KeyEffect> KeyWork { get; } = new();

    public IEnumerable<DurableRecord> Stored => _store.Values;

    public MulticastOptions? Multicast { get; }

    public Instant Now { get; set; } = Instant.FromMilliseconds(1000);

    /// <summary>The messages in order, as the specification's figures show them: <c>server → bob: MESSAGE create</c>.</summary>
    public List<string> Ladder { get; } = [];

    /// <summary>Where the requests to clients went.</summary>
    public List<SipDestination> Destinations { get; } = [];

    /// <summary>Flows somebody authenticated on.</summary>
    public List<SignallingEffect.Vouch> Vouched { get; } = [];

    /// <summary>What a client does to each request before it leaves.</summary>
    public Action<SipRequest>? Change { get; set; }

    /// <summary>Of flows that are opened from now on.</summary>
    public SipTransportKind Transport { get; set; } = SipTransportKind.Tcp;

    public List<MediaEffect> Media { get; } = [];

    /// <summary>The INVITEs that members got.</summary>
    public List<(string To, SipRequest Request)> Invites { get; } = [];

    public List<McxEvent> Events { get; } = [];

    public McSystem System => _system;

    /// <summary>Requests to clients that wait for an answer, oldest first.</summary>
    public IEnumerable<(long Token, string To, SipRequest Request)> Unanswered => _sent.Select(entry => (entry.Key, entry.Value.To, entry.Value.Request));

    /// <summary>The process dies and comes back with what the store holds.</summary>
    public void KillAndRestart()
    {
        _system.Dispose();
        _sent.Clear();
        KeyWork.Clear();
        _flows.Clear();
        _system = Start();
        Begin();
    }

    public void LoseStore() => _store.Clear();

    public void CloseFlow(string name)
    {
        _system.FlowClosed(FlowOf(name));
        _flows.Remove(name);
    }

    /// <summary>Puts a record into the store, for the next process to find.</summary>
    public void Store(DurableRecord record) => _store[(record.GetType(), record.Id)] = record;

    public SipResponse Register(string name, int expires = 3600) => Authenticated(name, () => RegisterRequest(name, expires))!;

    /// <summary>REGISTER with a MIKEY message; null while it is unanswered.</summary>
    public SipResponse? Upload(string name, byte[] message, int expires = 3600, string? clientId = null, int copies = 1) => Authenticated(name, () =>
    {
        SipRequest request = RegisterRequest(name, expires);
        SetBody(request,
        [
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { ClientId = clientId ?? ClientIdOf(name) }.Serialise()),
            .. Enumerable.Repeat(new MimePart(ContentTypes.Mikey, message), copies),
        ]);
        return request;
    });

    public SipResponse Rotate(string name, byte[] body)
    {
        SipRequest request = NewRequest(name, SipMethods.Message, "sip:gms@mcx.example", "sip:gms@mcx.example");
        request.SetBody(ContentTypes.KeyRotation, body);
        return Send(name, request);
    }

    public SipResponse Affiliate(string name, params string[] groups) => Send(name, AffiliateRequest(name, groups));

    public SipRequest AffiliateRequest(string name, params string[] groups)
    {
        SipRequest request = NewRequest(name, SipMethods.Publish, "sip:mcptt@mcx.example", $"sip:u-{name}@{TestOrganisation.Domain}");
        request.Headers.Add("Event", "presence");
        request.Headers.Add("Expires", groups.Length == 0 ? "0" : "4294967295");
        var document = new AffiliationDocument { Entity = TestOrganisation.Id(name), ClientId = ClientIdOf(name), Groups = groups };
        SetBody(request,
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { RequestUri = TestOrganisation.Id(name) }.Serialise()),
            new MimePart(ContentTypes.Pidf, document.Serialise()));
        return request;
    }

    public SipResponse Regroup(string name, RegroupBody body) => RegroupRaw(name, body.Serialise());

    public SipResponse RegroupRaw(string name, byte[] body)
    {
        SipRequest request = NewRequest(name, SipMethods.Message, "sip:mcptt@mcx.example", "sip:mcptt@mcx.example");
        SetBody(request,
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { ClientId = ClientIdOf(name) }.Serialise()),
            new MimePart(ContentTypes.McpttRegroup, body));
        return Send(name, request);
    }

    /// <param name="clientId">Whom the report says it is from; null = the user's client.</param>
    public SipResponse Report(string name, MbmsUsageInfo usage, string? clientId = null)
    {
        SipRequest request = NewRequest(name, SipMethods.Message, "sip:mcptt@mcx.example", "sip:mcptt@mcx.example");
        SetBody(request,
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { ClientId = clientId ?? ClientIdOf(name) }.Serialise()),
            new MimePart(ContentTypes.MbmsUsageInfo, usage.Serialise()));
        return Send(name, request);
    }

    /// <summary>Sends an INVITE; null while it is unanswered.</summary>
    /// <param name="floor">Parameters of the floor control line in place of the usual ones.</param>
    /// <param name="kind">Indications in the mcptt-info.</param>
    public SipResponse? Call(
        string name, string group, bool implicitRequest = false, string? floor = null, McpttInfo? kind = null, bool privacy = false)
    {
        SipRequest request = NewRequest(name, SipMethods.Invite, "sip:mcptt@mcx.example", "sip:mcptt@mcx.example");
        request.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.{HostOf(name)}:5060>");
        request.Headers.Add("Accept-Contact", "*;+g.3gpp.mcptt;require;explicit");
        SetBody(request,
            new MimePart(ContentTypes.Sdp, Offer(name, implicitRequest, floor).Serialise()),
            new MimePart(ContentTypes.McpttInfo, ((kind ?? new McpttInfo()) with { SessionType = "prearranged", RequestUri = group, ClientId = ClientIdOf(name) }).Serialise()));
        if (privacy)
            request.Headers.Add("Privacy", "header;id");
        PendingInvite = (name, request, new SipTransactionId(++_lastTransaction));
        return Deliver(name, request, PendingInvite.Value.Transaction);
    }

    /// <summary>A re-INVITE in the dialog of the call the client started.</summary>
    public SipResponse ReInvite(string name, SipDialog dialog, McpttInfo kind, string? floor = null, string? asUser = null)
    {
        SipRequest request = dialog.CreateRequest(SipMethods.Invite);
        request.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.{HostOf(name)}:5060>");
        SetBody(request,
            new MimePart(ContentTypes.Sdp, Offer(name, implicitRequest: false, floor).Serialise()),
            new MimePart(ContentTypes.McpttInfo, kind.Serialise()));
        return Send(asUser ?? name, request);
    }

    /// <summary>The dialog of the last INVITE, acknowledged.</summary>
    public SipDialog Acknowledge()
    {
        (string name, SipRequest request, _) = PendingInvite!.Value;
        var dialog = SipDialog.FromClient(request, LateAnswer!);
        SendAck(name, dialog, LateAnswer!.CSeq.Number);
        return dialog;
    }

    /// <summary>The last INVITE a client sent.</summary>
    public (string Name, SipRequest Request, SipTransactionId Transaction)? PendingInvite { get; private set; }

    /// <summary>The answer to the caller when it came later than its INVITE.</summary>
    public SipResponse? LateAnswer { get; private set; }

    /// <summary>The last REGISTER with credentials, and the answer to it when it came later.</summary>
    public SipTransactionId PendingRegister { get; private set; }

    public SipResponse? LateRegisterAnswer { get; private set; }

    public SipResponse Send(string name, SipRequest request) =>
        Deliver(name, request, new SipTransactionId(++_lastTransaction)) ?? throw new InvalidOperationException($"{request.Method} was not answered.");

    public void SendAck(string name, SipDialog dialog, uint cseq) => Deliver(name, dialog.CreateAck(cseq), default);

    public void Cancel()
    {
        (string name, SipRequest invite, SipTransactionId transaction) = PendingInvite!.Value;
        var cancel = new SipRequest(SipMethods.Cancel, invite.RequestUri);
        foreach (string header in (string[])["From", "To", "Call-ID"])
            cancel.Headers.Add(header, invite.Headers.Get(header)!);
        cancel.Headers.Add("CSeq", $"{invite.CSeq.Number} CANCEL");
        Ladder.Add($"{name} → server: CANCEL");
        _system.Receive(transaction, cancel, FlowOf(name), Now, _effects);
        Collect();
    }

    /// <summary>The host makes every message it was asked for; a message is the key's identifier and end.</summary>
    public void MakeMessages()
    {
        while (KeyWork.TryDequeue(out KeyEffect? work))
        {
            var make = (KeyEffect.MakeKeyMessage)work;
            Made.Add(make);
            Run((system, effects) => system.KeyMessageMade(make.Ticket, Encoding.ASCII.GetBytes($"{make.Key.Id} {make.Key.Validity.Expiry:HH:mm:ss}"), Now, effects));
        }
    }

    /// <summary>Every client takes every key it gets, until there is none to be had.</summary>
    public void TakeKeys()
    {
        do
        {
            MakeMessages();
            foreach (string name in Unanswered.Where(sent => sent.Request.Method == SipMethods.Message).Select(sent => sent.To).Distinct().ToArray())
                Answer(name);
        }
        while (KeyWork.Count > 0);
    }

    /// <summary>What <see cref="MakeMessages"/> made.</summary>
    public List<KeyEffect.MakeKeyMessage> Made { get; } = [];

    /// <summary>Lets time pass; what is due by then happens then.</summary>
    public void Wait(TimeSpan duration)
    {
        Instant end = Now + duration;
        while (_system.NextDeadline <= end)
        {
            Now = _system.NextDeadline < Now ? Now : _system.NextDeadline;
            Run((system, effects) => system.Expire(Now, effects));
        }
        Now = end;
    }

    /// <summary>A client answers every request that waits for it.</summary>
    public void Answer(string name, int status = 200, string? warning = null, string? floor = null)
    {
        foreach ((long token, string to, SipRequest request) in Unanswered.Where(sent => sent.To == name).ToArray())
        {
            SipResponse response = SipResponse.For(request, status, toTag: $"tag-{name}");
            if (request.Method == SipMethods.Invite && status == 200)
            {
                response.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.{HostOf(name)}:5060>");
                response.SetBody(ContentTypes.Sdp, Offer(name, implicitRequest: false, floor).Serialise());
            }
            if (warning is not null)
                response.Headers.Add("Warning", new SipWarning(399, "client", warning).ToString());
            _sent.Remove(token);
            Ladder.Add($"{name} → server: {status} {request.Method}");
            _system.ReceiveResponse(token, response, Now, _effects);
            Collect();
        }
    }

    public void Fail(string name)
    {
        foreach ((long token, _, _) in Unanswered.Where(sent => sent.To == name).ToArray())
        {
            _sent.Remove(token);
            _system.ReceiveFailure(token, "Timeout", Now, _effects);
            Collect();
        }
    }

    /// <summary>The answer to a request that waits for one, as the test made it.</summary>
    public void Take(long token, SipResponse response)
    {
        _sent.Remove(token, out (string To, SipRequest Request) sent);
        Ladder.Add($"{sent.To} → server: {response.Status} {response.CSeq.Method}");
        Run((system, effects) => system.ReceiveResponse(token, response, Now, effects));
    }

    public void Run(Action<McSystem, McxEffects> action)
    {
        action(_system, _effects);
        Collect();
    }

    public static string ClientIdOf(string name) => $"urn:uuid:00000000-0000-0000-0000-{HostOf(name):d12}";

    public static int WarningOf(SipResponse response) =>
        response.Headers.Get("Warning") is { } warning ? int.Parse(warning.Split('"')[1].Split(' ')[0], global::System.Globalization.CultureInfo.InvariantCulture) : 0;

    private McSystem Start()
    {
        var options = new McxOptions
        {
            ServerUri = "sip:mcptt@mcx.example",
            HostName = TestOrganisation.Domain,
            Realm = TestOrganisation.Domain,
            Multicast = Multicast,
            GroupManagementUri = "sip:gms@mcx.example",
            Keys = KeyOptions,
            MediaAddressesOf = _ => new MediaAddresses(new IPEndPoint(IPAddress.Loopback, 16384), new IPEndPoint(IPAddress.Loopback, 16385)),
        };
        var durable = new DurableState
        {
            Registrations = [.. _store.Values.OfType<Registration>()],
            Affiliations = [.. _store.Values.OfType<Affiliation>()],
            Regroups = [.. _store.Values.OfType<PreconfiguredRegroup>()],
            ServerSsrcs = _store.Values.OfType<ServerSsrcReservation>().SingleOrDefault(),
            GroupKeys = [.. _store.Values.OfType<GroupKey>()],
            GroupKeyReceipts = [.. _store.Values.OfType<GroupKeyReceipt>()],
            ClientKeys = [.. _store.Values.OfType<ClientKey>()],
            Subscriptions = [.. _store.Values.OfType<Subscription>()],
            PublishedStates = [.. _store.Values.OfType<PublishedState>()],
        };
        return new McSystem(Organisation, options, durable, new SeededEntropy(7 + _starts++), WallClockAtZero);
    }

    private static int HostOf(string name) => Array.IndexOf(["alice", "bob", "carol", "dave", "erin", "dispatcher", "phone"], name) + 10;

    public SipFlow FlowOf(string name)
    {
        if (!_flows.TryGetValue(name, out SipFlow flow))
            _flows[name] = flow = new SipFlow(Transport, new IPEndPoint(IPAddress.Loopback, 5060), new IPEndPoint(IPAddress.Parse($"192.0.2.{HostOf(name)}"), 40000), _flows.Count + 1 + _lastTransaction);
        return flow;
    }

    // As the host's loop does before anything comes in.
    private void Begin()
    {
        if (_system.NextDeadline == Instant.Zero && (Multicast is not null || Organisation.Groups.Any(group => group.GroupMasterKey is null)))
            Run((system, effects) => system.Expire(Now, effects));
    }

    private SipRequest RegisterRequest(string name, int expires)
    {
        SipRequest request = NewRequest(name, SipMethods.Register, $"sip:{TestOrganisation.Domain}", $"sip:u-{name}@{TestOrganisation.Domain}");
        request.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.{HostOf(name)}:5060>;expires={expires}");
        request.SetBody(ContentTypes.McpttInfo, new McpttInfo { ClientId = ClientIdOf(name) }.Serialise());
        return request;
    }

    private SipResponse? Authenticated(string name, Func<SipRequest> make)
    {
        SipResponse challenge = Send(name, make());
        Assert.Equal(401, challenge.Status);
        SipRequest request = make();
        AddCredentials(request, name, challenge.Headers.GetAll("WWW-Authenticate"));
        PendingRegister = new SipTransactionId(++_lastTransaction);
        return Deliver(name, request, PendingRegister);
    }

    private static void AddCredentials(SipRequest request, string name, IEnumerable<string> challenges) => request.Headers.Add("Authorization", DigestClient.Answer(
        [.. challenges],
        TestOrganisation.Domain,
        $"u-{name}",
        algorithm => DigestCalculator.HashA1(algorithm, $"u-{name}", TestOrganisation.Domain, $"secret of {name}"),
        request.Method,
        request.RequestUri,
        "0a4f113b")!);

    private SipRequest NewRequest(string name, string method, string requestUri, string to)
    {
        var request = new SipRequest(method, requestUri);
        request.Headers.Add("Max-Forwards", "70");
        request.Headers.Add("From", $"<sip:u-{name}@{TestOrganisation.Domain}>;tag=from-{name}");
        request.Headers.Add("To", $"<{to}>");
        request.Headers.Add("Call-ID", $"{method}-{name}-{++_lastCSeq}");
        request.Headers.Add("CSeq", $"{_lastCSeq} {method}");
        return request;
    }

    private static void SetBody(SipRequest request, params MimePart[] parts)
    {
        byte[] body = MultipartBody.Compose(parts, out string contentType);
        request.SetBody(contentType, body);
    }

    private static SessionDescription Offer(string name, bool implicitRequest, string? floor)
    {
        var address = IPAddress.Parse($"192.0.2.{HostOf(name)}");
        List<MediaDescription> media =
        [
            new() { Kind = "audio", Port = 30000, Protocol = "RTP/SAVP", Format = "8", Attributes = ["rtpmap:8 PCMA/8000"] },
            new() { Kind = "application", Port = 30002, Protocol = "udp", Format = "MCPTT", Attributes = [$"fmtp:MCPTT {floor ?? "mc_queueing;mc_priority=7"}{(implicitRequest ? ";mc_implicit_request" : string.Empty)}"] },
        ];
        return new SessionDescription { OriginUser = name, SessionId = 1, Connection = address, Media = media };
    }

    private SipResponse? Deliver(string name, SipRequest request, SipTransactionId transaction)
    {
        Change?.Invoke(request);
        Ladder.Add($"{name} → server: {Describe(request)}");
        _system.Receive(transaction, request, FlowOf(name), Now, _effects);
        return Collect(transaction);
    }

    private SipResponse? Collect(SipTransactionId awaited = default)
    {
        SipResponse? answer = null;
        foreach (StoreChange change in _effects.Changes)
        {
            if (change is StoreChange.Put put)
                Store(put.Record);
            else if (change is StoreChange.Delete delete)
                _store.Remove((delete.Kind, delete.Id));
        }
        if (_effects.Reservation is { } reservation)
        {
            Store(reservation);
            _system.Reserved(reservation);
        }
        foreach (SignallingEffect effect in _effects.Sip)
        {
            switch (effect)
            {
                case SignallingEffect.Respond respond:
                    Ladder.Add($"server → client: {respond.Response.Status} {respond.Response.CSeq.Method}");
                    if (respond.Transaction == awaited)
                        answer = respond.Response;
                    if (respond.Transaction == PendingRegister)
                        LateRegisterAnswer = respond.Response;
                    if (respond.Transaction == PendingInvite?.Transaction)
                        LateAnswer = respond.Response;
                    break;
                case SignallingEffect.SendRequest send:
                    string to = NameOf(send.Request.RequestUri);
                    _sent[send.Token] = (to, send.Request);
                    Destinations.Add(send.Destination);
                    if (send.Request.Method == SipMethods.Invite)
                        Invites.Add((to, send.Request));
                    Ladder.Add($"server → {to}: {Describe(send.Request)}");
                    break;
                case SignallingEffect.Vouch vouch:
                    Vouched.Add(vouch);
                    break;
                case SignallingEffect.SendAck ack:
                    Ladder.Add($"server → {NameOf(ack.Request.RequestUri)}: ACK");
                    break;
                case SignallingEffect.Cancel cancel:
                    Ladder.Add($"server → {_sent[cancel.Token].To}: CANCEL");
                    break;
            }
        }
        foreach (KeyEffect work in _effects.Keys)
            KeyWork.Enqueue(work);
        Media.AddRange(_effects.Media);
        Events.AddRange(_effects.Events);
        _effects.Clear();
        return answer;
    }

    private static string NameOf(string uri) => uri.Split("u-")[1].Split('@')[0];

    private static string Describe(SipRequest request)
    {
        if (MultipartBody.PartsOf(request).Any(part => part.MediaType == ContentTypes.Mikey))
            return $"{request.Method} mikey";
        if (MultipartBody.PartsOf(request).FirstOrDefault(part => part.MediaType == ContentTypes.MbmsUsageInfo) is { } usage)
            return $"{request.Method} {(MbmsUsageInfo.TryParse(usage.Body, out MbmsUsageInfo read, out _) && read.Report is not null ? "report" : "bearer")}";
        MimePart? regroup = MultipartBody.PartsOf(request).FirstOrDefault(part => part.MediaType == ContentTypes.McpttRegroup);
        if (regroup is null || RegroupBody.TryParse(regroup.Body, out RegroupBody body, out _) != RegroupBodyOutcome.Ok)
            return request.Method;
        return $"{request.Method} {(body.Action == RegroupAction.Create ? "create" : "remove")}";
    }
}
