using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>
/// An MCPTT client on real sockets: registers, affiliates, regroups, calls and is called, talks and listens. Safe to use from any
/// thread. Calls that are up end with BYE when it is disposed; the registration and the affiliations stay.
/// </summary>
public sealed partial class McxEndpoint : IAsyncDisposable
{
    private readonly EndpointOptions _options;
    private readonly SipAgent _sip;
    private readonly ClientRequests _requests;
    private readonly EventHub _hub = new();
    private readonly BurstWriter _bursts;
    private readonly ConcurrentDictionary<string, McxCall> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KnownRegroup> _regroups = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closing = new();
    private Task _receiving = Task.CompletedTask;
    private readonly SemaphoreSlim _serverLost = new(0);
    private Task _refreshing = Task.CompletedTask;
    private bool _disposed;

    /// <param name="profile">Stays the caller's to dispose, after the endpoint.</param>
    /// <param name="options">Null = the defaults.</param>
    /// <exception cref="ToolException">The profile has neither a CSK nor the means to make one.</exception>
    public McxEndpoint(ClientProfile profile, EndpointOptions? options = null)
    {
        Profile = profile;
        _options = options ?? new EndpointOptions();
        _sip = new SipAgent(profile, _options) { ServerLost = () => _serverLost.Release() };
        _requests = new ClientRequests(profile, () => _sip.ContactHostPort);
        _bursts = new BurstWriter(_options.OutputDirectory, _hub.Publish);
        ClientServerKey = OwnKeyOf(profile, out _ownKey);
        KeyFile? file = _options.KeyFile is { } path ? new KeyFile(path, profile.McpttId) : null;
        _keys = new ClientKeyRing(
            profile.IdentityKeys, ServiceIdentities.GroupManagementServerOf(profile.ServerUri), file, _options.Time);
        if (profile.IdentityKeys is { } identity)
            _bearerKeys = new BearerKeyOpener(identity, ServiceIdentities.McxServerOf(profile.ServerUri), _options.Time);
    }

    public ClientProfile Profile { get; }

    /// <summary>Calls that are up.</summary>
    public IReadOnlyCollection<McxCall> Calls => [.. _calls.Values];

    /// <summary>Regroups the server told of that are in effect.</summary>
    public IReadOnlyCollection<KnownRegroup> Regroups => [.. _regroups.Values];

    /// <summary>Binds the SIP sockets and reads the keys that were kept. Nothing is sent.</summary>
    /// <exception cref="ToolException">The local address cannot be bound, or the key file cannot be used.</exception>
    public void Start()
    {
        if (_options.OutputDirectory is { } directory)
            CreateDirectory(directory);
        StartKeys();
        _sip.Start();
        _receiving = ReceiveAsync();
    }

    /// <summary>Every event from now on; ends when the endpoint is disposed. Who reads too slowly loses the oldest.</summary>
    public IAsyncEnumerable<EndpointEvent> Events(CancellationToken cancellation = default)
    {
        ChannelReader<EndpointEvent> reader = _hub.Subscribe(out Action unsubscribe);
        return ReadAsync(cancellation);

        async IAsyncEnumerable<EndpointEvent> ReadAsync([EnumeratorCancellation] CancellationToken ending)
        {
            try
            {
                await foreach (EndpointEvent happened in reader.ReadAllAsync(ending).ConfigureAwait(false))
                    yield return happened;
            }
            finally
            {
                unsubscribe();
            }
        }
    }

    /// <summary>The first event of that kind from this moment on; call it before the action that brings the event about.</summary>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public Task<TEvent> ExpectAsync<TEvent>(TimeSpan timeout, Func<TEvent, bool>? match = null, CancellationToken cancellation = default)
        where TEvent : EndpointEvent
    {
        ChannelReader<EndpointEvent> reader = _hub.Subscribe(out Action unsubscribe);
        return WaitAsync();

        async Task<TEvent> WaitAsync()
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(timeout);
            try
            {
                await foreach (EndpointEvent happened in reader.ReadAllAsync(limit.Token).ConfigureAwait(false))
                {
                    if (happened is TEvent wanted && (match is null || match(wanted)))
                        return wanted;
                }
                throw new TimeoutException($"The endpoint of {Profile.McpttId} was closed while {typeof(TEvent).Name} was waited for.");
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new TimeoutException($"{typeof(TEvent).Name} did not come to {Profile.McpttId} within {timeout.TotalSeconds} s.");
            }
            finally
            {
                unsubscribe();
            }
        }
    }

    /// <summary>Registers, and keeps the registration fresh until the endpoint is disposed.</summary>
    /// <exception cref="ToolException">The server refused (<see cref="ServerRefusedException"/>) or did not answer.</exception>
    public async Task RegisterAsync(CancellationToken cancellation = default)
    {
        int expires_s = await RegisterOnceAsync(cancellation).ConfigureAwait(false);
        if (_refreshing.IsCompleted)
            _refreshing = RefreshAsync(expires_s);
    }

    /// <summary>Affiliates to exactly these groups; to none with an empty list.</summary>
    /// <exception cref="ToolException">The server refused (<see cref="ServerRefusedException"/>) or did not answer.</exception>
    public async Task AffiliateAsync(IReadOnlyList<string> groups, CancellationToken cancellation = default)
    {
        await SendAsync(_requests.Publish(groups), "affiliation", cancellation).ConfigureAwait(false);
        _hub.Publish(new Affiliated(groups));
    }

    /// <summary>Forms a regroup using a preconfigured group, of groups or of users.</summary>
    /// <exception cref="ToolException">The server refused (<see cref="ServerRefusedException"/>) or did not answer.</exception>
    public async Task CreateRegroupAsync(
        string regroup, string preconfiguredGroup, IReadOnlyList<string> groups, IReadOnlyList<string> users,
        CancellationToken cancellation = default)
    {
        var body = new RegroupBody
        {
            Action = RegroupAction.Create,
            RegroupUri = regroup,
            PreconfiguredGroup = preconfiguredGroup,
            Groups = groups,
            Users = users,
        };
        await SendAsync(_requests.Regroup(body), $"regroup {regroup}", cancellation).ConfigureAwait(false);
    }

    /// <summary>Cancels a regroup.</summary>
    /// <exception cref="ToolException">The server refused (<see cref="ServerRefusedException"/>) or did not answer.</exception>
    public async Task CancelRegroupAsync(string regroup, CancellationToken cancellation = default)
    {
        var body = new RegroupBody
        {
            Action = RegroupAction.Remove,
            RegroupUri = regroup,
            PreconfiguredGroup = RegroupOf(regroup)?.PreconfiguredGroup,
        };
        await SendAsync(_requests.Regroup(body), $"cancelling regroup {regroup}", cancellation).ConfigureAwait(false);
    }

    /// <summary>Calls a group or regroup and returns when the call is up.</summary>
    /// <exception cref="ToolException">No key for the group, the server refused (<see cref="ServerRefusedException"/>) or did not answer.</exception>
    public async Task<McxCall> CallAsync(string group, CallOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new CallOptions();
        CallGroupKeys keys = CallKeysFor(group) ?? throw new ToolException(NoKey(group));
        var events = new CallMediaEvents(group, _hub.Publish, burst => _bursts.Write(group, burst));
        CallMedia media = OpenMedia(keys, events);
        bool up = false;
        try
        {
            byte priority = options.FloorPriority ?? _options.FloorPriority;
            SessionDescription offer = CallDescriptions.Offer(
                media, _options with { FloorPriority = priority }, options.ImplicitFloorRequest);
            var timer = new SessionTimer(_options.SessionTimer);
            SipRequest invite = _requests.Invite(group, offer, options);
            SipExchange exchange;
            SipResponse response;
            do
            {
                timer.Offer(invite);
                exchange = await _sip.ExchangeAsync(invite, cancellation).ConfigureAwait(false);
                response = await exchange.Final.ConfigureAwait(false);
                invite = invite.Clone();
                invite.Headers.Set("CSeq", $"{exchange.Request.CSeq.Number + 1} {SipMethods.Invite}");
            }
            while (timer.TryRaise(response));
            if (!response.IsSuccess)
            {
                cancellation.ThrowIfCancellationRequested();
                throw new ServerRefusedException($"the call to {group}", response);
            }
            var session = SipSession.Confirm(
                exchange.Request, response, exchange.Early!.Of(response), _options.SessionTimer, timer, SystemEntropy.Instance, SystemClock.Now);
            SipDialog dialog = session.Dialog;
            string reason = "no session description";
            AgreedMedia agreed = null!;
            bool usable = !cancellation.IsCancellationRequested && (DescriptionOf(response) ?? EarlyAnswer(exchange, response)) is { } answer &&
                CallDescriptions.TryAgree(answer, offer, priority, out agreed, out reason);
            if (!usable)
            {
                await AbandonAsync(exchange, dialog).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                throw new ToolException($"the server's answer to the call to {group} cannot be used: {reason}; update one of the two programs.", ToolExit.Refused);
            }
            agreed = agreed with { Urgency = options.Urgency, BroadcastOriginator = options.Broadcast };
            var call = new McxCall(this, group, outgoing: true, events, media, session, offer, agreed);
            Open(call, media);
            up = true;
            // The server counts an implicit floor request from the ACK on: the media is ready by then.
            _sip.Acknowledge(exchange, dialog.CreateAck(exchange.Request.CSeq.Number));
            return call;
        }
        finally
        {
            if (!up)
                media.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await UnsubscribeAsync().ConfigureAwait(false);
        foreach (McxCall call in Calls)
            await call.HangUpAsync().ConfigureAwait(false);
        await SayLastAsync().ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        _keyMessages.Writer.TryComplete();
        await _opening.ConfigureAwait(false);
        await _sip.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_receiving, _refreshing).ConfigureAwait(false);
        _hub.Complete();
        _keys.Dispose();
        if (_ownKey is not null)
        {
            _ownKey.Dispose();
            ClientServerKey.Dispose();
        }
        _closing.Dispose();
        _serverLost.Dispose();
    }

    internal void Publish(EndpointEvent happened) => _hub.Publish(happened);

    internal void Forget(McxCall call)
    {
        _calls.TryRemove(call.Dialog.Id, out _);
        ForgetMapping(call);
    }

    /// <summary>Sends BYE; a server that does not answer it has ended the call as well.</summary>
    internal async Task ByeAsync(SipDialog dialog)
    {
        try
        {
            await _sip.RequestAsync(dialog.CreateRequest(SipMethods.Bye), CancellationToken.None).ConfigureAwait(false);
        }
        catch (ToolException e)
        {
            _hub.Publish(new EndpointWarning(e.Message));
        }
    }

    /// <summary>Sends a re-INVITE that says how urgent the call is to be.</summary>
    internal async Task UpgradeAsync(McxCall call, CallUrgency urgency, SessionDescription offer, CancellationToken cancellation)
    {
        SipResponse response = await call.Session.InviteAsync(
            invite => SendWithinAsync(call, _requests.Upgrade(invite, offer, urgency), cancellation), cancellation).ConfigureAwait(false);
        if (response.IsSuccess)
            return;
        cancellation.ThrowIfCancellationRequested();
        throw new ServerRefusedException($"making the call to {call.Group} {urgency}", response);
    }

    private async Task RefreshAsync(McxCall call)
    {
        string? reason = await call.Session.RunAsync(refresh =>
        {
            _requests.Refresh(refresh, call.Described);
            return SendWithinAsync(call, refresh, _closing.Token);
        }).ConfigureAwait(false);
        if (reason is not null && call.Finish(byPeer: true, reason))
            await ByeAsync(call.Dialog).ConfigureAwait(false);
    }

    private async Task<SipResponse> SendWithinAsync(McxCall call, SipRequest request, CancellationToken cancellation)
    {
        SipExchange exchange = await _sip.ExchangeAsync(request, cancellation).ConfigureAwait(false);
        SipResponse response = await exchange.Final.ConfigureAwait(false);
        if (response.IsSuccess && request.Method == SipMethods.Invite)
            _sip.Acknowledge(exchange, call.Dialog.CreateAck(exchange.Request.CSeq.Number));
        return response;
    }

    private static string NoKey(string group) =>
        $"no group master key for {group}: the profile configures none, the server has delivered none, and no regroup notice for it " +
        "has come; be a member of the group, or affiliate to one of the regroup's constituent groups and wait for the notice.";

    private static SessionDescription? DescriptionOf(SipMessage message) =>
        PartOf(message, ContentTypes.Sdp) is { } part && SessionDescription.TryParse(part.Body, out SessionDescription description, out _)
            ? description
            : null;

    // A reliable provisional response may have brought it.
    private static SessionDescription? EarlyAnswer(SipExchange exchange, SipResponse response) =>
        exchange.Early?.AnswerOf(response) is { } early ? DescriptionOf(early) : null;

    private static MimePart? PartOf(SipMessage message, string type) =>
        MultipartBody.PartsOf(message).FirstOrDefault(part => part.MediaType == type);

    private static void CreateDirectory(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{directory}: cannot create the folder ({e.Message.TrimEnd('.')}); choose another --out-dir.", ToolExit.Usage, e);
        }
    }

    private KnownRegroup? RegroupOf(string uri) =>
        McIdentity.Normalise(uri) is { } id ? _regroups.GetValueOrDefault(id) : null;

    private void Open(McxCall call, CallMedia media)
    {
        _calls[call.Dialog.Id] = call;
        // A key that came since the call took its keys found it not here yet.
        call.ReplaceKeys(_keys.CopiesFor);
        _hub.Publish(new CallUp(call.Group, call.Outgoing));
        media.Start(call.Agreed, _options);
        ListenAsMapped(call);
        _ = RefreshAsync(call);
    }

    private async Task AbandonAsync(SipExchange exchange, SipDialog dialog)
    {
        _sip.Acknowledge(exchange, dialog.CreateAck(exchange.Request.CSeq.Number));
        await ByeAsync(dialog).ConfigureAwait(false);
    }

    private async Task<SipResponse> SendAsync(SipRequest request, string what, CancellationToken cancellation)
    {
        SipResponse response = await _sip.RequestAsync(request, cancellation).ConfigureAwait(false);
        return response.IsSuccess ? response : throw new ServerRefusedException($"{request.Method} ({what})", response);
    }

    private async Task<int> RegisterOnceAsync(CancellationToken cancellation)
    {
        int wanted_s = _options.RegistrationExpires_s;
        byte[]? upload = await KeyUploadAsync().ConfigureAwait(false);
        SipResponse response = await _sip.RequestAsync(_requests.Register(wanted_s, upload), cancellation).ConfigureAwait(false);
        if (response.Status == 423 && TryNumber(response.Headers.Get("Min-Expires"), out int minimum_s) && minimum_s > wanted_s)
        {
            // A message is taken once.
            upload = await KeyUploadAsync().ConfigureAwait(false);
            response = await _sip.RequestAsync(_requests.Register(wanted_s = minimum_s, upload), cancellation).ConfigureAwait(false);
        }
        if (!response.IsSuccess)
            throw new ServerRefusedException($"registration of {Profile.SipUser}", response);
        string? granted = NameAddress.TryParse(response.Headers.Get("Contact"), out NameAddress? contact)
            ? contact.Parameters["expires"]
            : response.Headers.Get("Expires");
        int expires_s = TryNumber(granted, out int told_s) && told_s > 0 ? told_s : wanted_s;
        KeyUploaded(upload);
        _hub.Publish(new Registered(Profile.SipUser, expires_s));
        return expires_s;
    }

    private static bool TryNumber(string? text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private async Task RefreshAsync(int expires_s)
    {
        TimeSpan wait = TimeSpan.FromSeconds(Math.Max(1, expires_s / 2));
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                // A server that reaches this client over the lost connection only needs a new one (RFC 5626 4.4).
                await _serverLost.WaitAsync(wait, _closing.Token).ConfigureAwait(false);
                expires_s = await RegisterOnceAsync(_closing.Token).ConfigureAwait(false);
                wait = TimeSpan.FromSeconds(Math.Max(1, expires_s / 2));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ToolException e)
            {
                // Half of the registration is left: try again while it holds.
                wait = TimeSpan.FromSeconds(Math.Clamp(expires_s / 10, 1, 30));
                _hub.Publish(new EndpointWarning($"registration was not refreshed: {e.Message}"));
            }
        }
    }
}
