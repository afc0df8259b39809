using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// An established INVITE dialog: its requests, the changes of its session, its timer. The user gives bodies and Contact, and tells
/// what was answered. Pure.
/// </summary>
public sealed class SipSession
{
    private static readonly TimeSpan WhileBusy = TimeSpan.FromSeconds(2);

    private readonly SessionTimerOptions _options;
    private readonly SessionTimer _timer;
    private readonly SessionModification _modification;
    private bool _peerTakesUpdate;

    private SipSession(SipDialog dialog, SessionTimerOptions options, SessionTimer timer, SessionModification modification)
    {
        Dialog = dialog;
        _options = options;
        _timer = timer;
        _modification = modification;
    }

    public SipDialog Dialog { get; }

    /// <summary>Agreed with the peer, or this side's alone.</summary>
    public uint Interval_s => _timer.Interval_s;

    public bool WeRefresh => _timer.WeRefresh;

    /// <summary>A request of ours, or the peer's, is not answered: no new INVITE.</summary>
    public bool IsBusy => _modification.IsBusy;

    /// <summary>When what got a 491 is to be sent again; <see cref="Instant.Never"/> when there is nothing.</summary>
    public Instant RetryAt { get; private set; } = Instant.Never;

    public Instant NextDeadline => Instant.Earlier(RetryAt, _timer.NextDeadline);

    /// <summary>UAS: the 2xx, with its To tag, gets what belongs to the session timer.</summary>
    public static SipSession Accept(SipRequest invite, SipResponse success, SessionTimerOptions options, IEntropy entropy, Instant now)
    {
        var session = new SipSession(
            SipDialog.FromServer(invite, success), options, new SessionTimer(options), new SessionModification(ownsCallId: false, entropy));
        session._timer.Accept(invite, success, now);
        session.Learn(invite);
        return session;
    }

    /// <summary>UAC: the 2xx to an INVITE that <paramref name="timer"/> wrote its offer into.</summary>
    /// <param name="early">The early dialog that the 2xx confirms, if there is one.</param>
    public static SipSession Confirm(
        SipRequest invite, SipResponse success, SipDialog? early, SessionTimerOptions options, SessionTimer timer, IEntropy entropy, Instant now)
    {
        ArgumentNullException.ThrowIfNull(timer);
        var session = new SipSession(
            SipDialog.FromClient(invite, success, early), options, timer, new SessionModification(ownsCallId: true, entropy));
        timer.Agree(success, now);
        session.Learn(success);
        return session;
    }

    /// <summary>
    /// The peer's INVITE or UPDATE: null when it is to be answered by <see cref="Succeed"/> or <see cref="Refuse"/>, else the 422,
    /// 491 or 500 it gets.
    /// </summary>
    public SipResponse? Refusal(SipRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!Dialog.TryAcceptRemote(request))
            return SipResponse.For(request, 500);
        return SessionTimer.Refusal(request, _options) ?? _modification.Refusal(request);
    }

    /// <summary>Completes the 2xx to the peer's INVITE or UPDATE: the session is refreshed.</summary>
    public void Succeed(SipRequest request, SipResponse success, Instant now)
    {
        _timer.Accept(request, success, now);
        Learn(request);
        _modification.Answered(request);
    }

    /// <summary>The peer's INVITE or UPDATE was refused: nothing changed.</summary>
    public void Refuse(SipRequest request) => _modification.Answered(request);

    public SessionTimerAction Expire(Instant now)
    {
        SessionTimerAction action = _timer.Expire(now);
        if (RetryAt <= now && action == SessionTimerAction.None)
            action = SessionTimerAction.Refresh;
        if (action == SessionTimerAction.None)
            return action;
        RetryAt = Instant.Never;
        if (action != SessionTimerAction.Refresh || !_modification.IsBusy)
            return action;
        _timer.Postpone(WhileBusy, now);
        return SessionTimerAction.None;
    }

    /// <summary>A refresh: UPDATE, or INVITE for a peer that does not take it; that one needs the session description sent last.</summary>
    public SipRequest CreateRefresh() => Create(_peerTakesUpdate ? SipMethods.Update : SipMethods.Invite);

    /// <summary>An INVITE that changes the session, and refreshes it as well.</summary>
    public SipRequest CreateInvite() => Create(SipMethods.Invite);

    /// <summary>The final response to a request of ours. After 491 and 422 it is to be tried again, here or by <see cref="Expire"/>.</summary>
    public SessionTimerAction Answered(SipResponse response, Instant now)
    {
        ArgumentNullException.ThrowIfNull(response);
        _modification.End();
        if (response.IsSuccess)
        {
            Dialog.RefreshTarget(response);
            Learn(response);
        }
        if (response is { Status: 405 or 501, CSeq.Method: SipMethods.Update } && _peerTakesUpdate)
        {
            _peerTakesUpdate = false;
            return SessionTimerAction.Refresh;
        }
        if (response.Status != 491)
            return _timer.RefreshAnswered(response, now);
        RetryAt = now + _modification.GlareDelay();
        return SessionTimerAction.None;
    }

    /// <summary>No final response to a request of ours.</summary>
    /// <param name="timedOut">False: it could not be sent, which may pass.</param>
    public SessionTimerAction Failed(bool timedOut, Instant now)
    {
        _modification.End();
        return _timer.RefreshFailed(timedOut, now);
    }

    private SipRequest Create(string method)
    {
        RetryAt = Instant.Never;
        SipRequest request = Dialog.CreateRequest(method);
        _modification.Begin(request);
        _timer.Offer(request);
        return request;
    }

    private void Learn(SipMessage message)
    {
        if (message.Headers.GetAll("Allow") is { Count: > 0 } allowed)
            _peerTakesUpdate = allowed.Contains(SipMethods.Update);
    }
}
