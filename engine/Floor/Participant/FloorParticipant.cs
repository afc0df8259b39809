using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// The floor participant (client side, TS 24.380 6.2.4). Pure; owned by one thread. It begins with its
/// session set up, in <see cref="FloorParticipantState.U_HasNoPermission"/>.
/// </summary>
public sealed partial class FloorParticipant
{
    private readonly FloorParticipantOptions _options;
    private readonly byte[]? _functionalAlias;
    private readonly TimerTable<Timer> _timers = new();
    private readonly TalkerBook _talkers = new();
    private SequenceWindow _sequence;
    private FloorIndicator _releaseIndicator;
    private ushort _grantedDuration_s;
    private uint _grantedAudioSsrc;
    private bool _pushToTalkHeld;
    private int _c100;
    private int _c101;
    private int _c104;

    /// <exception cref="ArgumentException">A timer or counter is out of range, or a text is too long.</exception>
    public FloorParticipant(FloorParticipantOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _functionalAlias = options.FunctionalAlias is { } alias ? FloorText.Encode(alias, nameof(options.FunctionalAlias)) : null;
        CallType = options.CallType;
        Priority = options.Priority;
    }

    private enum Timer
    {
        T100,
        T101,
        T103,
        T104,
        T132,
    }

    public FloorParticipantState State { get; private set; } = FloorParticipantState.U_HasNoPermission;

    /// <summary>Who talks, as Floor Taken named it last; null while nobody does, or nobody was named.</summary>
    public string? Talker => _talkers.Newest;

    /// <summary>How many talk, as far as Floor Taken named them; more than one in a multi-talker group.</summary>
    public int TalkerCount => _talkers.Count;

    /// <summary>Has the floor while another talker has it too (6.2.4.5).</summary>
    public bool IsOverriding { get; private set; }

    /// <summary>Has the floor and keeps it, but another talker overrides it (6.2.4.5.8).</summary>
    public bool IsOverridden { get; private set; }

    /// <summary>False while a Floor Taken said that nobody may ask for the floor.</summary>
    public bool PermittedToRequestTheFloor { get; private set; } = true;

    /// <summary>Call type bits of the next request: emergency and imminent peril begin and end during a call.</summary>
    public FloorIndicator CallType { get; set; }

    /// <summary>Priority of the next request, or null to leave the field out.</summary>
    public byte? Priority { get; set; }

    public Instant NextDeadline => _timers.NextDeadline;

    /// <summary>6.2.4.2: a session begins again after a release; its set-up may have been the floor request.</summary>
    public void Start(bool implicitRequest, Instant now)
    {
        _timers.StopAll();
        _talkers.Clear();
        _sequence.Restart();
        IsOverriding = IsOverridden = false;
        _pushToTalkHeld = implicitRequest;
        PermittedToRequestTheFloor = true;
        State = implicitRequest ? FloorParticipantState.U_PendingRequest : FloorParticipantState.U_HasNoPermission;
        if (!implicitRequest)
            return;
        _c101 = 1;
        _timers.Start(Timer.T101, now, _options.T101);
    }

    /// <summary>The name and audio SSRC of one talker; the SSRC is 0 when not told. Allocates the name.</summary>
    public (string McpttId, uint AudioSsrc) TalkerAt(int index) => (_talkers[index], _talkers.AudioSsrc(index));

    /// <summary>The SDP answer had mc_granted: the implicit request is granted, no Floor Granted needs to come (14.3).</summary>
    public void TakeGrantOfAnswer(FloorEffects effects)
    {
        if (State != FloorParticipantState.U_PendingRequest)
            return;
        _grantedDuration_s = 0;
        _grantedAudioSsrc = 0;
        EnterHasPermission(effects);
    }

    /// <summary>The user presses the button.</summary>
    public void PushToTalk(Instant now, FloorEffects effects)
    {
        _pushToTalkHeld = true;
        if (State == FloorParticipantState.U_HasNoPermission)
        {
            SendRequest(effects);
            _c101 = 1;
            _timers.Start(Timer.T101, now, _options.T101);
            State = FloorParticipantState.U_PendingRequest;
        }
        else if (State == FloorParticipantState.U_Queued && _timers.IsRunning(Timer.T132))
        {
            EnterHasPermission(effects);
        }
    }

    /// <summary>A session upgrade is the floor request (mc_implicit_request): nothing is sent, the answer awaited.</summary>
    public void RequestWithUpgrade(Instant now)
    {
        _pushToTalkHeld = true;
        if (State != FloorParticipantState.U_HasNoPermission)
            return;
        _c101 = 1;
        _timers.Start(Timer.T101, now, _options.T101);
        State = FloorParticipantState.U_PendingRequest;
    }

    /// <summary>The user lets the button go.</summary>
    public void ReleaseToTalk(Instant now, FloorEffects effects)
    {
        _pushToTalkHeld = false;
        if (State is FloorParticipantState.U_PendingRequest or FloorParticipantState.U_HasPermission or
            FloorParticipantState.U_Queued)
            EnterPendingRelease(CallType, now, effects);
    }

    /// <summary>
    /// The user lets the button go and keeps the place in the queue: the turn will be offered
    /// (<see cref="FloorEffectKind.QueuedFloorOffered"/>), not taken.
    /// </summary>
    /// <returns>False when no request waits; then it is <see cref="ReleaseToTalk"/> that lets the floor go.</returns>
    public bool KeepWaiting()
    {
        if (State != FloorParticipantState.U_Queued)
            return false;
        _pushToTalkHeld = false;
        return true;
    }

    /// <summary>The user asks for the place in the queue.</summary>
    public void RequestQueuePosition(Instant now, FloorEffects effects)
    {
        if (State != FloorParticipantState.U_Queued || _timers.IsRunning(Timer.T132) || !_options.QueueingNegotiated)
            return;
        SendQueuePositionRequest(effects);
        _c104 = 1;
        _timers.Start(Timer.T104, now, _options.T104);
    }

    /// <summary>An RTP packet with payload was received and is rendered.</summary>
    public void ReceiveMedia(Instant now, FloorEffects effects)
    {
        switch (State)
        {
            case FloorParticipantState.U_HasNoPermission:
            case FloorParticipantState.U_PendingRequest:
            case FloorParticipantState.U_Queued:
                _timers.Start(Timer.T103, now, _options.T103);
                break;
            case FloorParticipantState.U_PendingRelease: // somebody else talks: the release was heard
                CompleteRelease(effects);
                _timers.Start(Timer.T103, now, _options.T103);
                break;
        }
    }

    /// <summary>6.2.4.7: call release step 1.</summary>
    public void ReleaseCall()
    {
        _timers.StopAll();
        IsOverriding = IsOverridden = false;
        State = FloorParticipantState.Releasing;
    }

    /// <summary>6.2.4.8: call release step 2.</summary>
    public void CompleteCallRelease() => State = FloorParticipantState.StartStop;

    /// <summary>Fires what is due.</summary>
    public void Expire(Instant now, FloorEffects effects)
    {
        while (_timers.TryTakeExpired(now, out Timer timer))
        {
            switch (timer)
            {
                case Timer.T100 when _c100 < _options.C100:
                    _c100++;
                    SendRelease(effects);
                    _timers.Start(Timer.T100, now, _options.T100);
                    break;
                case Timer.T100:
                    CompleteRelease(effects);
                    break;
                case Timer.T101 when _c101 < _options.C101:
                    _c101++;
                    SendRequest(effects);
                    _timers.Start(Timer.T101, now, _options.T101);
                    break;
                case Timer.T101:
                    State = FloorParticipantState.U_HasNoPermission;
                    effects.Add(FloorEffectKind.RequestTimedOut);
                    break;
                case Timer.T103:
                    ForgetTalker(effects);
                    break;
                case Timer.T104 when _c104 < _options.C104:
                    _c104++;
                    SendQueuePositionRequest(effects);
                    _timers.Start(Timer.T104, now, _options.T104);
                    break;
                case Timer.T104:
                    effects.Add(FloorEffectKind.RequestTimedOut);
                    EnterPendingRelease(CallType, now, effects);
                    break;
                case Timer.T132: // the user did not take the turn
                    EnterPendingRelease(CallType, now, effects);
                    break;
            }
        }
    }

    private void EnterHasPermission(FloorEffects effects)
    {
        StopAllButT103();
        _timers.Stop(Timer.T103);
        State = FloorParticipantState.U_HasPermission;
        effects.Add(new FloorEffect
        {
            Kind = FloorEffectKind.FloorGrantedToMe,
            Duration_s = _grantedDuration_s,
            AudioSsrc = _grantedAudioSsrc,
        });
    }

    private void EnterPendingRelease(FloorIndicator indicator, Instant now, FloorEffects effects)
    {
        StopAllButT103();
        _releaseIndicator = IsOverriding || IsOverridden ? indicator | FloorIndicator.DualFloor : indicator;
        IsOverriding = IsOverridden = false;
        SendRelease(effects);
        _c100 = 1;
        _timers.Start(Timer.T100, now, _options.T100);
        State = FloorParticipantState.U_PendingRelease;
    }

    private void CompleteRelease(FloorEffects effects)
    {
        _timers.Stop(Timer.T100);
        State = FloorParticipantState.U_HasNoPermission;
        effects.Add(FloorEffectKind.ReleaseCompleted);
    }

    private void ForgetTalker(FloorEffects effects)
    {
        _timers.Stop(Timer.T103);
        _talkers.Clear();
        PermittedToRequestTheFloor = true;
        effects.Add(FloorEffectKind.FloorFree);
    }

    // T103 watches the others' media, whatever this participant wants.
    private void StopAllButT103()
    {
        _timers.Stop(Timer.T100);
        _timers.Stop(Timer.T101);
        _timers.Stop(Timer.T104);
        _timers.Stop(Timer.T132);
    }
}
