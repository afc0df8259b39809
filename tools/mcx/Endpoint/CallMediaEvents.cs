using MediaEngine.Floor;

namespace MediaEngine.Tool;

/// <summary>Turns what a call's thread reports into events of the endpoint, and into answers to who waits for the floor.</summary>
internal sealed class CallMediaEvents(string group, Action<EndpointEvent> publish, Func<HeardBurst, string?> write) : ICallMediaListener
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<FloorAnswer>? _answer;
    private TaskCompletionSource? _release;
    private bool _granted;
    private bool _over;
    private volatile FloorParticipantState _state = FloorParticipantState.U_HasNoPermission;
    private volatile string? _talker;
    private bool _isTold;
    private bool _overridden;
    private volatile string? _refusal;
    private volatile IReadOnlyList<string> _talkers = [];

    public FloorParticipantState State => _state;

    public string? Talker => _talker;

    /// <summary>Why the floor was denied or taken away last; null when it never was.</summary>
    public string? Refusal => _refusal;

    public IReadOnlyList<string> Talkers => _talkers;

    /// <summary>Called when floor control says that the call is to end: the talk of this client's broadcast is over.</summary>
    public Action? BroadcastOver { get; set; }

    /// <summary>Completes with the answer to the request that is about to be made.</summary>
    public Task<FloorAnswer> ExpectAnswer()
    {
        lock (_lock)
        {
            if (_over || _granted)
                return Task.FromResult(_over ? FloorAnswer.CallEnded : FloorAnswer.Granted);
            _answer ??= new TaskCompletionSource<FloorAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _answer.Task;
        }
    }

    /// <summary>Completes when the floor that is about to be released is released.</summary>
    public Task ExpectRelease()
    {
        lock (_lock)
        {
            if (_over)
                return Task.CompletedTask;
            _release ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _release.Task;
        }
    }

    public void CallEnded()
    {
        lock (_lock)
            _over = true;
        Answer(FloorAnswer.CallEnded, granted: false);
        Released();
    }

    public void OnFloorState(FloorParticipantState state)
    {
        _state = state;
        publish(new FloorStateChanged(group, state));
        if (state == FloorParticipantState.Releasing)
            BroadcastOver?.Invoke();
    }

    public void OnFloor(in FloorEffect effect, in TalkState talk, string? phrase)
    {
        switch (effect.Kind)
        {
            case FloorEffectKind.FloorGrantedToMe:
                _isTold = false;
                publish(new FloorGranted(group, effect.Duration_s) { Overriding = talk.Overriding });
                Answer(FloorAnswer.Granted, granted: true);
                break;
            case FloorEffectKind.FloorDenied:
                _refusal = phrase ?? FloorCausePhrase.TextOfDeny(effect.Cause);
                publish(new FloorDenied(group, effect.Cause, _refusal));
                Answer(FloorAnswer.Denied, granted: false);
                break;
            case FloorEffectKind.FloorRevoked:
                _refusal = phrase ?? FloorCausePhrase.TextOfRevoke(effect.Cause);
                publish(new FloorRevoked(group, effect.Cause, _refusal));
                Answer(FloorAnswer.Revoked, granted: false);
                break;
            case FloorEffectKind.RequestTimedOut:
                publish(new FloorRequestTimedOut(group));
                Answer(FloorAnswer.TimedOut, granted: false);
                break;
            case FloorEffectKind.QueuePosition:
                publish(new FloorQueued(group, effect.QueuePosition));
                break;
            case FloorEffectKind.QueuedFloorOffered:
                publish(new FloorOffered(group));
                break;
            case FloorEffectKind.TalkerChanged or FloorEffectKind.FloorFree:
                Tell(effect.Kind == FloorEffectKind.FloorFree ? talk with { Talker = null, Talkers = [] } : talk);
                break;
            case FloorEffectKind.RequestCancelled:
                publish(new FloorRequestCancelled(group));
                Answer(FloorAnswer.Revoked, granted: false);
                break;
            case FloorEffectKind.QueueCancelResult:
                publish(new QueueCancelled(group, effect.Cause));
                break;
            case FloorEffectKind.ReleaseCompleted:
                Answer(FloorAnswer.Revoked, granted: false);
                Released();
                break;
        }
    }

    public void OnBurst(HeardBurst burst) => publish(new BurstReceived(group, burst, write(burst)));

    public void OnNoKey() =>
        publish(new EndpointWarning($"no group master key of {group} is in force; nothing more is said until the next one is."));

    // The server repeats Floor Idle. What holds after this client's own talk is told in any case.
    private void Tell(in TalkState talk)
    {
        bool isKnown = _isTold && talk.Talker == _talker && talk.Overridden == _overridden && talk.Talkers.SequenceEqual(_talkers);
        _isTold = true;
        _talker = talk.Talker;
        _talkers = talk.Talkers;
        _overridden = talk.Overridden;
        if (!isKnown)
            publish(new TalkerChanged(group, _talker) { Talkers = _talkers, Overridden = _overridden });
    }

    private void Answer(FloorAnswer answer, bool granted)
    {
        TaskCompletionSource<FloorAnswer>? waiting;
        lock (_lock)
        {
            _granted = granted;
            (waiting, _answer) = (_answer, null);
        }
        waiting?.TrySetResult(answer);
    }

    private void Released()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
            (waiting, _release) = (_release, null);
        waiting?.TrySetResult();
    }
}
