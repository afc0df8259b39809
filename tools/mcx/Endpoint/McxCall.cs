using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>One group call of an <see cref="McxEndpoint"/>, from the 200 OK until it ends. Safe to use from any thread.</summary>
public sealed class McxCall : IAsyncDisposable
{
    private readonly McxEndpoint _endpoint;
    private readonly CallMediaEvents _events;
    private readonly CallMedia _media;
    private readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SessionDescription _local;
    private SessionDescription _described;
    private int _endedFlag;

    internal McxCall(McxEndpoint endpoint, string group, bool outgoing, CallMediaEvents events, CallMedia media, SipSession session, SessionDescription local, AgreedMedia agreed)
    {
        _endpoint = endpoint;
        _events = events;
        _media = media;
        _events.BroadcastOver = () => _ = Task.Run(HangUpAsync);
        Group = group;
        Outgoing = outgoing;
        Session = new CallSessionTimer(session);
        _local = local;
        _described = local;
        Agreed = agreed;
        Urgency = agreed.Urgency;
    }

    /// <summary>The group's or regroup's identity.</summary>
    public string Group { get; }

    /// <summary>True when this client placed the call.</summary>
    public bool Outgoing { get; }

    /// <summary>Where media is heard by multicast now, or null.</summary>
    public IPEndPoint? Multicast => Mapping?.Media;

    /// <summary>What this client asked for, at set-up or since.</summary>
    public CallUrgency Urgency { get; private set; }

    public FloorParticipantState FloorState => _events.State;

    /// <summary>Whom floor control named last; null while nobody talks.</summary>
    public string? Talker => _events.Talker;

    /// <summary>Everybody that floor control named; several in a multi-talker group.</summary>
    public IReadOnlyList<string> Talkers => _events.Talkers;

    /// <summary>Why the floor was denied or taken away last; null when it never was.</summary>
    public string? FloorRefusal => _events.Refusal;

    /// <summary>Completes when the call is over, with the reason when there was one.</summary>
    public Task<string?> Ended => _ended.Task;

    /// <summary>Datagrams that arrived and did not authenticate, or were not what this call carries.</summary>
    public int Undecryptable => _media.Undecryptable;

    internal CallSessionTimer Session { get; }

    internal SipDialog Dialog => Session.Dialog;

    /// <summary>What was described last, as an offer that changes nothing.</summary>
    internal SessionDescription Described =>
        CallDescriptions.ReOffer(_local, _media, Agreed, implicitRequest: false) with { SessionVersion = _described.SessionVersion };

    /// <summary>Where the call's group is heard by multicast, or null.</summary>
    internal GroupMapping? Mapping => _media.Mapping;

    /// <summary>The MCPTT session identity.</summary>
    internal string SessionIdentity => Dialog.RemoteTarget.AddressOfRecord;

    internal AgreedMedia Agreed { get; }

    /// <summary>Asks for the floor and waits for the answer, in the queue too. A floor that is held already counts as granted.</summary>
    public async Task<FloorAnswer> RequestFloorAsync(CancellationToken cancellation = default)
    {
        Task<FloorAnswer> answer = _events.ExpectAnswer();
        _media.PushToTalk();
        return await answer.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives the floor, or the place in the queue, back and waits until the server has taken it.</summary>
    public async Task ReleaseFloorAsync(CancellationToken cancellation = default)
    {
        Task released = _events.ExpectRelease();
        _media.ReleaseToTalk();
        await released.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Presses the button, and waits for nothing: the events tell what comes of it.</summary>
    public void Press() => _media.PushToTalk();

    /// <summary>Lets the button go: gives the floor back, but keeps a place in the queue.</summary>
    public void LetGo() => _media.LetGo();

    /// <summary>Asks for the place in the queue; <see cref="FloorQueued"/> tells it.</summary>
    public void AskQueuePosition() => _media.AskQueuePosition();

    /// <summary>Says 8 kHz samples in real time while the floor is held.</summary>
    /// <returns>True when all of it was said; false when the floor was lost.</returns>
    public Task<bool> SayAsync(short[] samples, CancellationToken cancellation = default) => _media.SayAsync(samples, cancellation);

    /// <summary>Asks for the floor, says the samples, gives the floor back.</summary>
    public async Task<FloorAnswer> TalkAsync(short[] samples, CancellationToken cancellation = default)
    {
        FloorAnswer answer = await RequestFloorAsync(cancellation).ConfigureAwait(false);
        if (answer != FloorAnswer.Granted)
            return answer;
        bool all = await SayAsync(samples, cancellation).ConfigureAwait(false);
        await ReleaseFloorAsync(CancellationToken.None).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return all ? FloorAnswer.Granted : FloorAnswer.Revoked;
    }

    /// <summary>Takes the floor from that talker; needs the right to (may-revoke). Who asks for the floor then gets it.</summary>
    public void RevokeTalker(string mcpttId) => _media.RequestRevoke(mcpttId);

    /// <summary>Takes floor requests out of the queue, all or those of these users; needs the right to (may-cancel-queued).</summary>
    public void CancelQueued(params IReadOnlyList<string> mcpttIds) => _media.CancelQueued(mcpttIds);

    /// <summary>
    /// Floor requests claim this from now on, without making the call so. The server weighs the claim of a user without
    /// authorisation as a normal request, and notes it.
    /// </summary>
    public void ClaimUrgency(CallUrgency urgency) => _media.BecomeUrgent(urgency, requestsFloor: false);

    /// <summary>Makes the call an emergency or imminent peril call, or a normal one again, and may ask for the floor with it.</summary>
    /// <exception cref="ToolException">The server refused (<see cref="ServerRefusedException"/>) or did not answer.</exception>
    public async Task BecomeAsync(CallUrgency urgency, bool requestFloor = false, CancellationToken cancellation = default)
    {
        // Before the request: the answer of floor control may overtake that of SIP.
        _media.BecomeUrgent(urgency, requestFloor);
        try
        {
            SessionDescription offer = CallDescriptions.ReOffer(_local, _media, Agreed, requestFloor);
            await _endpoint.UpgradeAsync(this, urgency, offer, cancellation).ConfigureAwait(false);
            _described = offer;
        }
        catch (Exception e) when (e is ToolException or OperationCanceledException)
        {
            _media.BecomeUrgent(Urgency, requestsFloor: false);
            if (requestFloor)
                _media.ReleaseToTalk();
            throw;
        }
        Urgency = urgency;
        _endpoint.Publish(new CallUrgencyChanged(Group, urgency));
    }

    /// <summary>Sends BYE and frees sockets and thread. Does nothing when the call is over.</summary>
    public async Task HangUpAsync()
    {
        if (!Finish(byPeer: false, null))
            return;
        await _endpoint.ByeAsync(Dialog).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await HangUpAsync().ConfigureAwait(false);

    /// <param name="keysOf">Copies of the keys held for a group.</param>
    internal void ReplaceKeys(Func<string, IReadOnlyList<McxKey>> keysOf) => _media.ReplaceKeys(keysOf(_media.KeyGroup));

    /// <summary>Listens there too from now on; null ends it. False when the call is over.</summary>
    /// <param name="subchannel">Becomes the call's to dispose.</param>
    internal bool Listen(CallSubchannelSockets? subchannel) => _media.Listen(subchannel);

    /// <param name="keys">Become the call's to dispose.</param>
    internal void ReplaceFloorKeys(IReadOnlyList<McxKey> keys) => _media.ReplaceFloorKeys(keys);

    /// <summary>Ends the call at this side; false when it was over.</summary>
    internal bool Finish(bool byPeer, string? reason)
    {
        if (Interlocked.Exchange(ref _endedFlag, 1) != 0)
            return false;
        _endpoint.Forget(this);
        Session.Dispose();
        _media.Dispose();
        _events.CallEnded();
        _endpoint.Publish(new CallEnded(Group, byPeer, reason));
        _ended.TrySetResult(reason);
        return true;
    }
}
