using System.Net;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>The bearer the server announced, and what is mapped to it (TS 24.379 14, TS 24.380 10).</summary>
public sealed partial class McxEndpoint
{
    private static readonly TimeSpan LastReportTimeout = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, GroupMapping> _mappings = new(StringComparer.Ordinal);
    private readonly Lock _bearerLock = new();
    private BearerListener? _bearer;

    /// <summary>The TMGI of the bearer this client listens to, or null.</summary>
    public string? Tmgi => _bearer?.Tmgi.ToString();

    /// <summary>What came on the general purpose subchannel and was refused.</summary>
    public int RefusedOnBearer => _bearer?.Refused ?? 0;

    /// <summary>Leaves the bearer and says so: everything comes by unicast from then on.</summary>
    /// <exception cref="ToolException">The server refused (<see cref="ServerRefusedException"/>) or did not answer.</exception>
    public async Task StopListeningAsync(CancellationToken cancellation = default)
    {
        if (LeaveBearer() is not { } tmgi)
            return;
        _hub.Publish(new BearerLeft(tmgi.ToString()));
        await SendAsync(
            _requests.ListeningReport(new MbmsListeningReport { Listens = false, GeneralPurpose = true, Tmgis = [tmgi] }),
            "listening report", cancellation).ConfigureAwait(false);
    }

    /// <summary>The MSCCK is opened where key messages are.</summary>
    private SipResponse? AnswerAnnouncement(in ArrivedRequest arrived, MimePart part)
    {
        SipRequest request = arrived.Request;
        if (!MbmsUsageInfo.TryParse(part.Body, out MbmsUsageInfo usage, out string reason) || usage.Announcement is not { } announcement)
        {
            _hub.Publish(new EndpointWarning($"a bearer announcement cannot be read: {reason}"));
            return Answer(request, 400);
        }
        if (DescriptionOf(request) is not { } description ||
            !BearerDescription.TryRead(description, announcement, out IPEndPoint generalPurpose, out byte[]? keyMessage))
            return Answer(request, 488);
        if (Profile.MulticastInterface is null)
            return Unsupported(request);
        if (_keyMessages.Writer.TryWrite(new ArrivedKeyMessage(arrived.Transaction, request, keyMessage) { Bearer = (announcement.Tmgi, generalPurpose) }))
            return null;
        return Busy(request);
    }

    private SipResponse JoinBearer(ArrivedKeyMessage message)
    {
        (Tmgi tmgi, IPEndPoint generalPurpose) = message.Bearer!.Value;
        McxKey? key = null;
        if (message.Body.IsEmpty)
            key = Profile.BearerKey?.Copy();
        else if (_bearerKeys is null)
            return RefuseKey(message.Request, 403, "NoIdentityKeys", "the profile has no identity keys; add kms");
        else if (_bearerKeys.Open(message.Body.Span, out key) is var error and not MikeyError.None)
            return RefuseKey(message.Request, 403, error.ToString(), $"the bearer's key was refused: {error}");
        if (key is null)
            return RefuseKey(message.Request, 403, "NoBearerKey", "the announcement has no key and the profile configures none; add multicast.mscck");
        using (key)
        {
            try
            {
                LeaveBearer();
                var joined = new BearerListener(tmgi, generalPurpose, Profile.MulticastInterface!, key, _options.Tap, Mapped, Unmapped);
                _bearer = joined;
                _options.Tap?.KeyHeld(key);
            }
            catch (ToolException e)
            {
                _hub.Publish(new EndpointWarning($"{e.Message} Calls are taken over unicast."));
                return Answer(message.Request, 480);
            }
        }
        _hub.Publish(new BearerAnnounced(tmgi.ToString(), generalPurpose.ToString()));
        Report(new MbmsListeningReport { Listens = true, GeneralPurpose = true, Tmgis = [tmgi] }, () => new BearerListened(tmgi.ToString()));
        return Answer(message.Request, 200);
    }

    private Tmgi? LeaveBearer()
    {
        BearerListener? left = Interlocked.Exchange(ref _bearer, null);
        left?.Dispose();
        lock (_bearerLock)
            _mappings.Clear();
        foreach (McxCall call in Calls)
            call.Listen(null);
        return left?.Tmgi;
    }

    private async Task SayLastAsync()
    {
        if (LeaveBearer() is not { } tmgi)
            return;
        var report = new MbmsListeningReport { Listens = false, GeneralPurpose = true, Tmgis = [tmgi] };
        try
        {
            await _sip.RequestAsync(_requests.ListeningReport(report), CancellationToken.None).WaitAsync(LastReportTimeout).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ToolException or TimeoutException)
        {
            // A server that cannot be told finds out when it invites this client.
        }
    }

    private void Mapped(GroupMapping mapping)
    {
        if (McIdentity.Normalise(mapping.Group) is not { } group)
            return;
        lock (_bearerLock)
            _mappings[group] = mapping;
        foreach (McxCall call in Calls)
            ListenAsMapped(call);
    }

    private void Unmapped(string group, uint ssrc)
    {
        if (McIdentity.Normalise(group) is not { } id)
            return;
        lock (_bearerLock)
        {
            if (_mappings.GetValueOrDefault(id)?.Ssrc != ssrc)
                return;
            _mappings.Remove(id);
        }
        foreach (McxCall call in Calls.Where(call => McIdentity.Normalise(call.Group) == id))
        {
            call.Listen(null);
            _hub.Publish(new SubchannelLeft(call.Group));
        }
    }

    /// <summary>A call that is over takes its mapping along: the next one is mapped anew.</summary>
    private void ForgetMapping(McxCall call)
    {
        lock (_bearerLock)
            _mappings.Remove(McIdentity.Normalise(call.Group) ?? string.Empty);
    }

    /// <summary>Listens where the call's group is mapped to, if it is and the keys are there, and says so.</summary>
    private void ListenAsMapped(McxCall call)
    {
        GroupMapping? mapping;
        lock (_bearerLock)
            mapping = _mappings.GetValueOrDefault(McIdentity.Normalise(call.Group) ?? string.Empty);
        if (mapping is null || call.Mapping == mapping || _bearer is not { } bearer)
            return;
        IReadOnlyList<McxKey> keys = _keys.FloorKeysFor(KeyGroupOf(call.Group));
        try
        {
            if (keys.Count == 0 || !call.Listen(new CallSubchannelSockets(mapping, Profile.MulticastInterface!, keys)))
                return;
            Report(
                new MbmsListeningReport { Listens = true, Sessions = [call.SessionIdentity], Tmgis = [bearer.Tmgi] },
                () => new SubchannelListened(call.Group, mapping.Media.ToString(), mapping.Floor.ToString()));
        }
        catch (ToolException e)
        {
            _hub.Publish(new EndpointWarning($"{e.Message} {call.Group} is heard over unicast."));
        }
        finally
        {
            foreach (McxKey key in keys)
                key.Dispose();
        }
    }

    private void UpdateFloorKeys(McxCall call)
    {
        if (call.Mapping is null)
            ListenAsMapped(call);
        else
            call.ReplaceFloorKeys(_keys.FloorKeysFor(KeyGroupOf(call.Group)));
    }

    private void Report(MbmsListeningReport report, Func<EndpointEvent> done) => _ = Task.Run(async () =>
    {
        try
        {
            await SendAsync(_requests.ListeningReport(report), "listening report", _closing.Token).ConfigureAwait(false);
            _hub.Publish(done());
        }
        catch (ToolException e)
        {
            _hub.Publish(new EndpointWarning($"{e.Message} What is sent by multicast comes by unicast, too."));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The endpoint is being closed.
        }
    });

    private static SipResponse Busy(SipRequest request)
    {
        SipResponse busy = Answer(request, 503);
        busy.Headers.Add("Retry-After", "5");
        return busy;
    }

    private static SipResponse Unsupported(SipRequest request)
    {
        SipResponse unsupported = Answer(request, 415);
        unsupported.Headers.Add("Accept", $"{ContentTypes.McpttRegroup}, {ContentTypes.Mikey}");
        return unsupported;
    }
}
