using System.Globalization;
using System.Net;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Simulation.Tests;

/// <summary>One MC client: registers with digest, affiliates, regroups, calls, is called. It may crash and come back.</summary>
internal sealed class SimClient : ISipUser
{
    private readonly SimWorld _world;
    private readonly SimNetwork _network;
    private readonly SimServer _server;
    private readonly SimFault _fault;
    private readonly IPAddress _address;
    private readonly List<SimCall> _calls = [];
    private SeededEntropy _entropy = null!;
    private SipNode _sip = null!;
    private int _nextPort = 20_000;
    private int _lastSipPort = 5059;
    private McxKey? _csk;
    private string _registrationCallId = "";
    private uint _registrationCSeq;
    private SimBearer? _bearer;

    public SimClient(SimWorld world, SimNetwork network, SimServer server, string name, SimFault fault)
    {
        _world = world;
        _network = network;
        _server = server;
        _fault = fault;
        Name = name;
        Keys = new SimKeyRing(world, name);
        _address = new IPAddress([10, 0, 1, (byte)(Array.IndexOf(SimOrganisation.Names, name) + 1)]);
        Boot();
    }

    public string Name { get; }

    public IPAddress Address => _address;

    /// <summary>On its disk.</summary>
    public SimKeyRing Keys { get; }

    /// <summary>Whether it holds the newest key of every managed group it is in.</summary>
    public bool HasNewestKeys => SimOrganisation.ManagedGroupsOf(Name).All(group =>
        HasNewest(group, KeyPurpose.GroupMasterKey) && HasNewest(group, KeyPurpose.MulticastSignallingKey));

    public bool IsUp { get; private set; }

    private bool HasNewest(string group, KeyPurpose purpose) =>
        KeyChecker.Newest(_server.Store, group, purpose) is { } newest && Keys.Find(new KeyIdentifier(newest.KeyId)) is not null;

    public bool IsRegistered { get; private set; }

    public string[] AffiliatedTo { get; private set; } = [];

    /// <summary>Regroups this client was told of, as on its screen.</summary>
    public HashSet<string> KnownRegroups { get; } = [];

    public IReadOnlyList<SimCall> Calls => _calls;

    /// <summary>Requests without final answer, with the moment they were sent.</summary>
    public List<SimExchange> Pending { get; } = [];

    public int TransactionCount => _sip.TransactionCount;

    public SimCall? Call => _calls.Count == 0 ? null : _calls[^1];

    /// <summary>The process ends without a word: no BYE, no de-registration.</summary>
    public void Crash()
    {
        _world.Note($"{Name} crashes");
        IsUp = false;
        IsRegistered = false;
        AffiliatedTo = [];
        _sip.Kill();
        _bearer?.Dispose();
        _bearer = null;
        foreach (SimCall call in _calls)
            call.Dispose();
        _calls.Clear();
        Pending.Clear();
        KnownRegroups.Clear();
    }

    /// <summary>Starts again, from another port as behind a NAT.</summary>
    public void Boot()
    {
        if (IsUp)
            return;
        _world.Note($"{Name} starts");
        IsUp = true;
        _entropy = new SeededEntropy(_world.NewSeed());
        _sip = new SipNode(_world, _network, new IPEndPoint(_address, ++_lastSipPort), this, _entropy);
        _registrationCallId = "";
        if (SimOrganisation.UploadsKey(Name))
            _csk = McxKey.Create(KeyPurpose.ClientServerKey, _entropy);
    }

    /// <param name="anew">A client that lost touch begins with a new Call-ID and forgets what it was told: the server tells it again.</param>
    /// <param name="ends">De-registers.</param>
    /// <param name="done">The final status, 0 without an answer.</param>
    public void Register(bool anew, bool ends, Action<int>? done = null)
    {
        bool uploads = _csk is not null && (anew || _registrationCallId.Length == 0) && !ends;
        if (anew || _registrationCallId.Length == 0)
        {
            _registrationCallId = _entropy.NextToken();
            _registrationCSeq = 0;
            KnownRegroups.Clear();
        }
        SipRequest request = NewRequest(SipMethods.Register, $"sip:{SimOrganisation.Domain}", SimOrganisation.SipIdentity(Name));
        request.Headers.Set("Call-ID", _registrationCallId);
        request.Headers.Set("CSeq", $"{++_registrationCSeq} REGISTER");
        request.Headers.Add("Contact", $"<{Contact}>");
        request.Headers.Add("Expires", ends ? "0" : "3600");
        byte[] info = new McpttInfo { ClientId = SimOrganisation.ClientId(Name) }.Serialise();
        if (uploads)
            SetBody(request, new MimePart(ContentTypes.McpttInfo, info), new MimePart(ContentTypes.Mikey, SimMikey.Make(_csk!, SimOrganisation.ServerUri)));
        else
            request.SetBody(ContentTypes.McpttInfo, info);
        Send(request, status =>
        {
            if (status == 200)
                IsRegistered = !ends;
            if (status == 200 && ends)
            {
                AffiliatedTo = [];
                KnownRegroups.Clear();
            }
            done?.Invoke(status);
        });
    }

    public void Affiliate(string[] groups, Action<int>? done = null)
    {
        SipRequest request = NewRequest(SipMethods.Publish, SimOrganisation.ServerUri, SimOrganisation.SipIdentity(Name));
        request.Headers.Add("Event", "presence");
        request.Headers.Add("Expires", groups.Length == 0 ? "0" : "4294967295");
        var document = new AffiliationDocument { Entity = SimOrganisation.McpttId(Name), ClientId = SimOrganisation.ClientId(Name), Groups = groups };
        SetBody(request,
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { RequestUri = SimOrganisation.McpttId(Name) }.Serialise()),
            new MimePart(ContentTypes.Pidf, document.Serialise()));
        Send(request, status =>
        {
            if (status == 200)
                AffiliatedTo = groups;
            done?.Invoke(status);
        });
    }

    public void FormRegroup(Action<int>? done = null) => Regroup(RegroupAction.Create, done);

    public void RotateKey(string group, Action<int>? done = null)
    {
        SipRequest request = NewRequest(SipMethods.Message, SimOrganisation.GmsUri, SimOrganisation.GmsUri);
        request.SetBody(ContentTypes.KeyRotation, new KeyRotationBody(group).Serialise());
        Send(request, status => done?.Invoke(status));
    }

    public void CancelRegroup(Action<int>? done = null) => Regroup(RegroupAction.Remove, done);

    /// <summary>The status of the INVITE goes to <paramref name="done"/>, 0 without an answer.</summary>
    public void PlaceCall(string group, bool implicitRequest = false, Action<int>? done = null)
    {
        // Nobody calls a group whose key he has not got.
        if (NewCall(group) is not { } call)
        {
            done?.Invoke(0);
            return;
        }
        SessionDescription offer = call.Describe(implicitRequest);
        SipRequest request = NewRequest(SipMethods.Invite, SimOrganisation.ServerUri, SimOrganisation.ServerUri);
        request.Headers.Add("Contact", $"<{Contact}>");
        request.Headers.Add("Accept-Contact", "*;+g.3gpp.mcptt;require;explicit");
        SetBody(request,
            new MimePart(ContentTypes.Sdp, offer.Serialise()),
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { SessionType = "prearranged", RequestUri = group, ClientId = SimOrganisation.ClientId(Name) }.Serialise()));
        Send(request, status =>
        {
            if (call.Dialog is null)
                call.Dispose();
            done?.Invoke(status);
        }, call);
    }

    /// <summary>Gives up the INVITEs that are not answered.</summary>
    public void CancelInvites(Func<SimExchange, bool> which)
    {
        foreach (SimExchange invite in Pending.Where(exchange => exchange.Call is not null).Where(which).ToArray())
            _sip.Cancel(invite);
    }

    public void HangUp(SimCall call)
    {
        if (!_calls.Remove(call))
            return;
        call.Dispose();
        Send(call.Dialog!.CreateRequest(SipMethods.Bye), _ => { });
    }

    public void HangUpAll()
    {
        foreach (SimCall call in _calls.ToArray())
            HangUp(call);
    }

    public void OnRequest(SipTransactionId transaction, SipRequest request, SipFlow flow)
    {
        switch (request.Method)
        {
            case SipMethods.Ack or SipMethods.Cancel:
                break;
            case SipMethods.Bye:
                SimCall? ended = _calls.Find(call => call.Dialog!.Id == SipDialog.IdOf(request));
                _sip.Respond(transaction, SipResponse.For(request, ended is null ? 481 : 200));
                if (ended is not null)
                {
                    _calls.Remove(ended);
                    ended.Dispose();
                }
                break;
            case SipMethods.Message:
                ReceiveMessage(transaction, request);
                break;
            case SipMethods.Invite:
                ReceiveInvite(transaction, request);
                break;
            default:
                throw new SimulationException($"{Name} got {request.Method}");
        }
    }

    public void OnResponse(object token, SipResponse response)
    {
        var exchange = (SimExchange)token;
        if (response.Status < 200)
            return;
        if (response is { IsSuccess: true, CSeq.Method: SipMethods.Invite })
        {
            ReceiveAnswer(exchange, response);
            return;
        }
        Pending.Remove(exchange);
        if (response.Status == 401 && !exchange.Authorised)
        {
            Authorise(exchange, response);
            return;
        }
        exchange.Done(response.Status);
    }

    public void OnFailure(object token, SipFailure failure)
    {
        if (token is SipTransactionId transaction)
        {
            if (_calls.Find(call => call.ServerInvite == transaction) is { } unacknowledged)
                HangUp(unacknowledged);
            return;
        }
        var exchange = (SimExchange)token;
        Pending.Remove(exchange);
        exchange.Done(0);
    }

    public void OnFlowClosed(SipFlow flow)
    {
    }

    private string Contact => $"sip:u-{Name}@{_sip.Address}";

    private SimCall? NewCall(string group)
    {
        if (Keys.ForSending(SimCall.KeyGroupOf(group)) is null)
            return null;
        _nextPort += 4;
        ClientServerKey csk = _csk?.ToClientServerKey() ?? SimOrganisation.NewClientServerKey(Name);
        return new SimCall(_world, _network, _server.Floor, Name, group, _address, _nextPort, Keys, csk, _entropy, _fault);
    }

    private void Regroup(RegroupAction action, Action<int>? done)
    {
        bool create = action == RegroupAction.Create;
        var body = new RegroupBody
        {
            Action = action,
            PreconfiguredGroup = create ? SimOrganisation.Preconfigured : null,
            RegroupUri = SimOrganisation.Regroup,
            Groups = create ? [SimOrganisation.Fire, SimOrganisation.Ambulance] : [],
        };
        SipRequest request = NewRequest(SipMethods.Message, SimOrganisation.ServerUri, SimOrganisation.ServerUri);
        SetBody(request,
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { ClientId = SimOrganisation.ClientId(Name) }.Serialise()),
            new MimePart(ContentTypes.McpttRegroup, body.Serialise()));
        Send(request, status => done?.Invoke(status));
    }

    private void ReceiveMessage(SipTransactionId transaction, SipRequest request)
    {
        if (MultipartBody.PartsOf(request).FirstOrDefault(part => part.MediaType == ContentTypes.Mikey) is { } mikey)
        {
            _sip.Respond(transaction, SipResponse.For(request, TakeKey(mikey.Body.Span) ? 200 : 403));
            return;
        }
        if (MultipartBody.PartsOf(request).FirstOrDefault(part => part.MediaType == ContentTypes.MbmsUsageInfo) is { } usage)
        {
            ReceiveAnnouncement(transaction, request, usage);
            return;
        }
        MimePart part = MultipartBody.PartsOf(request).Single(part => part.MediaType == ContentTypes.McpttRegroup);
        if (RegroupBody.TryParse(part.Body, out RegroupBody body, out string reason) != RegroupBodyOutcome.Ok)
            throw new SimulationException($"{Name} cannot read a notice: {reason}");
        if (body.Action == RegroupAction.Create)
            KnownRegroups.Add(body.RegroupUri);
        else
            KnownRegroups.Remove(body.RegroupUri);
        _sip.Respond(transaction, SipResponse.For(request, 200));
    }

    // alice and carol have multicast.
    private void ReceiveAnnouncement(SipTransactionId transaction, SipRequest request, MimePart part)
    {
        if (Name is not ("alice" or "carol"))
        {
            _sip.Respond(transaction, SipResponse.For(request, 415));
            return;
        }
        MimePart sdp = MultipartBody.PartsOf(request).Single(body => body.MediaType == ContentTypes.Sdp);
        if (!MbmsUsageInfo.TryParse(part.Body, out MbmsUsageInfo usage, out string reason) ||
            !SessionDescription.TryParse(sdp.Body, out SessionDescription description, out reason) ||
            !BearerDescription.TryRead(description, usage.Announcement!, out IPEndPoint generalPurpose, out byte[]? message))
            throw new SimulationException($"{Name} cannot read an announcement: {reason}");
        McxKey key = SimMikey.Open(message, SimOrganisation.McpttId(Name)) ?? throw new SimulationException($"{Name} got an MSCCK for somebody else");
        _bearer?.Dispose();
        _bearer = new SimBearer(_world, _network, generalPurpose, new IPEndPoint(_address, _lastSipPort), key) { Changed = ListenAsMapped };
        _sip.Respond(transaction, SipResponse.For(request, 200));
        Report(new MbmsListeningReport { Listens = true, GeneralPurpose = true, Tmgis = [usage.Announcement!.Tmgi] });
    }

    private void ListenAsMapped()
    {
        foreach (SimCall call in _calls)
        {
            if (call.Listen(_bearer?.MappingOf(call.Group)))
                Report(new MbmsListeningReport { Listens = true, Sessions = [call.Dialog!.RemoteTarget.AddressOfRecord], Tmgis = [SimOrganisation.Bearer.Tmgi] });
        }
    }

    private void Report(MbmsListeningReport report)
    {
        SipRequest request = NewRequest(SipMethods.Message, SimOrganisation.ServerUri, SimOrganisation.ServerUri);
        SetBody(request,
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { ClientId = SimOrganisation.ClientId(Name) }.Serialise()),
            new MimePart(ContentTypes.MbmsUsageInfo, new MbmsUsageInfo { Report = report }.Serialise()));
        Send(request, _ => { });
    }

    private bool TakeKey(ReadOnlySpan<byte> message)
    {
        if (SimMikey.Open(message, SimOrganisation.McpttId(Name)) is not { } key)
            throw new SimulationException($"{Name} got a key for somebody else");
        _server.Keys.ClientTook(Name, key);
        return Keys.Install(key) is KeyInstallation.Installed or KeyInstallation.Renewed;
    }

    private void ReceiveInvite(SipTransactionId transaction, SipRequest invite)
    {
        Dictionary<string, MimePart> parts = MultipartBody.PartsOf(invite).ToDictionary(part => part.MediaType);
        if (!McpttInfo.TryParse(parts[ContentTypes.McpttInfo].Body, out McpttInfo info, out string reason)
            || !SessionDescription.TryParse(parts[ContentTypes.Sdp].Body, out SessionDescription offer, out reason))
            throw new SimulationException($"{Name} cannot read an INVITE: {reason}");
        // Without the notice of the regroup a client does not know whose key protects its media.
        if (info.CallingGroupId == SimOrganisation.Regroup && !KnownRegroups.Contains(SimOrganisation.Regroup))
        {
            _sip.Respond(transaction, SipResponse.For(invite, 480));
            return;
        }
        if (NewCall(info.CallingGroupId!) is not { } call)
        {
            _sip.Respond(transaction, SipResponse.For(invite, 480));
            return;
        }
        SipResponse ok = SipResponse.For(invite, 200, toTag: _entropy.NextToken());
        ok.Headers.Add("Contact", $"<{Contact}>");
        ok.SetBody(ContentTypes.Sdp, call.Describe(implicitRequest: false).Serialise());
        call.Dialog = SipDialog.FromServer(invite, ok);
        call.ServerInvite = transaction;
        call.Start(offer, implicitRequest: false);
        _calls.Add(call);
        _sip.Respond(transaction, ok);
    }

    private void ReceiveAnswer(SimExchange exchange, SipResponse response)
    {
        SimCall call = exchange.Call!;
        bool first = call.Dialog is null;
        call.Dialog ??= SipDialog.FromClient(exchange.Request, response);
        _sip.SendAck(call.Dialog.CreateAck(exchange.Request.CSeq.Number), ToServer());
        if (!first)
            return;
        Pending.Remove(exchange);
        MimePart part = MultipartBody.PartsOf(response).First(part => part.MediaType == ContentTypes.Sdp);
        if (!SessionDescription.TryParse(part.Body, out SessionDescription answer, out string reason))
            throw new SimulationException($"{Name} cannot read an answer: {reason}");
        call.Start(answer, answer.FloorControl!.FloorParameters.ContainsKey("mc_implicit_request"));
        _calls.Add(call);
        exchange.Done(response.Status);
    }

    private void Authorise(SimExchange exchange, SipResponse challenge)
    {
        string user = $"u-{Name}";
        SipRequest request = exchange.Request.Clone();
        uint cseq = request.CSeq.Number + 1;
        if (request.Method == SipMethods.Register)
            _registrationCSeq = cseq;
        request.Headers.Set("CSeq", string.Create(CultureInfo.InvariantCulture, $"{cseq} {request.Method}"));
        request.Headers.Set("Authorization", DigestClient.Answer(
            challenge.Headers.GetAll("WWW-Authenticate"), SimOrganisation.Domain, user,
            algorithm => DigestCalculator.HashA1(algorithm, user, SimOrganisation.Domain, SimOrganisation.Password(Name)),
            request.Method, request.RequestUri, _entropy.NextToken())!);
        // A nonce may be stale or its key gone with the server that made it; a later challenge ends the attempt.
        Send(request, exchange.Done, exchange.Call, authorised: true);
    }

    private void Send(SipRequest request, Action<int> done, SimCall? call = null, bool authorised = false)
    {
        var exchange = new SimExchange(request, done, call, authorised, _world.Now);
        Pending.Add(exchange);
        _server.Durability.ClientSends(request);
        _sip.SendRequest(exchange, request, ToServer());
    }

    private static SipDestination ToServer() => new(SipTransportKind.Udp, SimOrganisation.ServerSip);

    private SipRequest NewRequest(string method, string requestUri, string to)
    {
        var request = new SipRequest(method, requestUri);
        request.Headers.Add("From", $"<{SimOrganisation.SipIdentity(Name)}>;tag={_entropy.NextToken()}");
        request.Headers.Add("To", $"<{to}>");
        request.Headers.Add("Call-ID", _entropy.NextToken());
        request.Headers.Add("CSeq", $"1 {method}");
        return request;
    }

    private static void SetBody(SipRequest request, params MimePart[] parts)
    {
        byte[] body = MultipartBody.Compose(parts, out string contentType);
        request.SetBody(contentType, body);
    }
}
