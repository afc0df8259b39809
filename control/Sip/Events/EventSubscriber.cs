using System.Globalization;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// A subscription from the subscriber's side (RFC 6665 4.1), as one pure machine: it refreshes, takes NOTIFYs that come before the
/// 200, follows Timer N, and subscribes again when the notifier or its loss asks for that.
/// </summary>
public sealed class EventSubscriber
{
    private const int TimerN_T1 = 64;

    // A notifier that ends every subscription at once must not be asked in a circle.
    private static readonly TimeSpan BriefSubscription = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RefreshAgain = TimeSpan.FromSeconds(10);

    private readonly EventSubscriberOptions _options;
    private readonly IEntropy _entropy;
    private readonly Dictionary<string, SubscriberDialog> _dialogs = [];
    private string _callId = "";
    private string _fromTag = "";
    private uint _cseq;
    private uint _expires_s;
    private Instant _attemptedAt;
    private Instant _timerN = Instant.Never;
    private Instant _retryAt = Instant.Never;
    private bool _isAsking;
    private bool _mayRaiseExpires;
    private bool _isLeaving;
    private int _briefAttempts;

    public EventSubscriber(EventSubscriberOptions options, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _entropy = entropy;
        _expires_s = options.Expires_s;
    }

    /// <summary>Notifiers that hold the subscription.</summary>
    public int DialogCount => _dialogs.Count;

    /// <summary>Nothing is subscribed to, asked for or to be asked for.</summary>
    public bool IsOver => _dialogs.Count == 0 && _timerN.IsNever && _retryAt.IsNever && !_isAsking;

    public Instant NextDeadline
    {
        get
        {
            Instant earliest = Instant.Earlier(_timerN, _retryAt);
            foreach (SubscriberDialog dialog in _dialogs.Values)
                earliest = Instant.Earlier(earliest, dialog.NextDeadline);
            return earliest;
        }
    }

    private TimeSpan TimerN => _options.T1 * TimerN_T1;

    /// <summary>Sends the first SUBSCRIBE.</summary>
    public void Start(Instant now, ICollection<SubscriberEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        if (!IsOver)
            throw new InvalidOperationException("It is started.");
        _isLeaving = false;
        Begin(now, effects);
    }

    /// <summary>Ends the subscription; the last NOTIFY still comes, with <see cref="SubscriberEffect.Ended"/>.</summary>
    public void Unsubscribe(Instant now, ICollection<SubscriberEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        _isLeaving = true;
        _retryAt = Instant.Never;
        foreach (SubscriberDialog dialog in _dialogs.Values)
        {
            // What is asked now ends first; its answer brings the rest.
            if (!dialog.IsRefreshing)
                Refresh(dialog, 0, now, effects);
        }
        if (IsOver)
            effects.Add(new SubscriberEffect.Ended(SubscriptionReasons.Timeout, null, Instant.Never));
    }

    /// <summary>A final response to a SUBSCRIBE of <see cref="SubscriberEffect.Send"/>.</summary>
    public void ReceiveResponse(SipResponse response, Instant now, ICollection<SubscriberEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(effects);
        if (response.IsProvisional || response.CallId != _callId || response.From?.Tag != _fromTag)
            return;
        if (response.To?.Tag is { } tag && _dialogs.TryGetValue(tag, out SubscriberDialog? dialog) && dialog.IsRefreshing)
            Refreshed(tag, dialog, response, now, effects);
        else if (_isAsking)
            Answered(response, now, effects);
    }

    /// <summary>A SUBSCRIBE of <see cref="SubscriberEffect.Send"/> got no final response, or could not be sent.</summary>
    public void ReceiveFailure(SipRequest request, string why, Instant now, ICollection<SubscriberEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.CallId != _callId || request.From?.Tag != _fromTag)
            return;
        if (request.To?.Tag is not { } tag)
        {
            _isAsking = false;
            // The NOTIFY that came without the answer made the subscription all the same.
            if (_dialogs.Count == 0)
                End(why, null, _options.Resubscribes, null, now, effects);
        }
        else if (_dialogs.TryGetValue(tag, out SubscriberDialog? dialog))
        {
            dialog.IsRefreshing = false;
            NotRefreshed(tag, dialog, why, null, now, effects);
        }
    }

    /// <summary>A NOTIFY; the response to answer it with. 481: it is none of this subscription's.</summary>
    public SipResponse ReceiveNotify(SipRequest notify, Instant now, ICollection<SubscriberEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(notify);
        ArgumentNullException.ThrowIfNull(effects);
        if (!Matches(notify, out string remoteTag))
            return Reply(notify, 481);
        if (!SipSubscriptionState.TryParse(notify.Headers.Get("Subscription-State"), out SipSubscriptionState? state))
            return Reply(notify, 400);
        if (!_dialogs.TryGetValue(remoteTag, out SubscriberDialog? dialog))
        {
            // Only what was asked for makes a dialog, and no more of them than wanted.
            if (_timerN.IsNever && !_isAsking || _dialogs.Count >= _options.MaxDialogs || !NameAddress.TryParse(notify.Headers.Get("Contact"), out _))
                return Reply(notify, 481);
            dialog = new SubscriberDialog(SipDialog.FromServer(notify, Reply(notify, 200)));
            dialog.Dialog.AdvanceLocalCSeq(_cseq);
            dialog.ExpiresIn(_expires_s, now);
            _dialogs.Add(remoteTag, dialog);
        }
        else if (!dialog.Dialog.TryAcceptRemote(notify))
        {
            return Reply(notify, 500);
        }
        // With forks the time to hear of further ones goes on.
        if (_options.MaxDialogs == 1)
            _timerN = Instant.Never;
        dialog.TimerN = Instant.Never;
        effects.Add(new SubscriberEffect.Notified(remoteTag, state, notify));
        if (state.IsTerminated)
        {
            _dialogs.Remove(remoteTag);
            bool wanted = !_isLeaving && _expires_s > 0 && SubscriptionReasons.MayResubscribe(state.Reason);
            End(state.Reason ?? SubscriptionReasons.Timeout, null, wanted && _options.Resubscribes, state.RetryAfter_s, now, effects);
            return Reply(notify, 200);
        }
        if (state.Expires_s is { } expires_s)
            dialog.ExpiresIn(expires_s, now);
        if (_isLeaving && !dialog.IsRefreshing)
            Refresh(dialog, 0, now, effects);
        return Reply(notify, 200);
    }

    /// <summary>Refreshes, gives up what is over, subscribes again.</summary>
    public void Expire(Instant now, ICollection<SubscriberEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        if (_retryAt <= now)
            Begin(now, effects);
        if (_timerN <= now)
        {
            _timerN = Instant.Never;
            if (_dialogs.Count == 0)
            {
                _isAsking = false;
                End("no NOTIFY came (Timer N)", null, !_isLeaving && _options.Resubscribes, null, now, effects);
            }
        }
        foreach ((string tag, SubscriberDialog dialog) in _dialogs.ToArray())
        {
            if (dialog.TimerN <= now || dialog.ExpiresAt <= now)
            {
                _dialogs.Remove(tag);
                End(dialog.TimerN <= now ? "no NOTIFY came (Timer N)" : SubscriptionReasons.Timeout, null, !_isLeaving && _options.Resubscribes, null, now, effects);
            }
            else if (dialog.RefreshAt <= now && !dialog.IsRefreshing)
            {
                Refresh(dialog, _options.Expires_s, now, effects);
            }
        }
    }

    private void Begin(Instant now, ICollection<SubscriberEffect> effects)
    {
        _retryAt = Instant.Never;
        _attemptedAt = now;
        _callId = $"{_entropy.NextToken()}@{_options.HostName}";
        _fromTag = _entropy.NextToken();
        _cseq = 0;
        _expires_s = _options.Expires_s;
        _mayRaiseExpires = true;
        Ask(now, effects);
    }

    private void Ask(Instant now, ICollection<SubscriberEffect> effects)
    {
        _isAsking = true;
        _timerN = now + TimerN;
        var request = new SipRequest(SipMethods.Subscribe, _options.RequestUri);
        request.Headers.Add("Max-Forwards", "70");
        request.Headers.Add("From", $"<{_options.From}>;tag={_fromTag}");
        request.Headers.Add("To", $"<{_options.To ?? _options.RequestUri}>");
        request.Headers.Add("Call-ID", _callId);
        request.Headers.Add("CSeq", string.Create(CultureInfo.InvariantCulture, $"{++_cseq} {SipMethods.Subscribe}"));
        Send(request, _expires_s, effects);
    }

    private void Refresh(SubscriberDialog dialog, uint expires_s, Instant now, ICollection<SubscriberEffect> effects)
    {
        dialog.IsRefreshing = true;
        dialog.TimerN = now + TimerN;
        Send(dialog.Dialog.CreateRequest(SipMethods.Subscribe), expires_s == 0 ? 0 : Math.Max(expires_s, dialog.MinExpires_s ?? 0), effects);
    }

    private void Send(SipRequest request, uint expires_s, ICollection<SubscriberEffect> effects)
    {
        request.Headers.Add("Contact", _options.Contact);
        request.Headers.Add("Event", _options.Event.ToString());
        request.Headers.Add("Accept", string.Join(", ", _options.Accept));
        request.Headers.Add("Expires", expires_s.ToString(CultureInfo.InvariantCulture));
        foreach ((string name, string value) in _options.Headers)
            request.Headers.Add(name, value);
        if (_options.Body is { } body)
            request.SetBody(body.ContentType, body.Content);
        effects.Add(new SubscriberEffect.Send(request));
    }

    /// <summary>The answer to the SUBSCRIBE that no dialog was there for.</summary>
    private void Answered(SipResponse response, Instant now, ICollection<SubscriberEffect> effects)
    {
        _isAsking = false;
        _cseq = Math.Max(_cseq, response.CSeq.Number);
        foreach (SubscriberDialog dialog in _dialogs.Values)
            dialog.Dialog.AdvanceLocalCSeq(_cseq);
        if (response.IsSuccess)
        {
            // What is over already, fetched or refused before the answer, stays over.
            if (EventRequests.TryReadExpires(response, out uint? granted_s) && granted_s is { } expires_s)
            {
                _expires_s = Math.Min(expires_s, _expires_s);
                if (response.To?.Tag is { } tag && _dialogs.TryGetValue(tag, out SubscriberDialog? dialog) && expires_s > 0)
                    dialog.ExpiresIn(_expires_s, now);
            }
            return;
        }
        if (_dialogs.Count > 0)
            return;
        if (response.Status == 423 && _mayRaiseExpires && MinExpiresOf(response) is { } minimum_s && minimum_s > _expires_s && !_isLeaving)
        {
            _mayRaiseExpires = false;
            _expires_s = minimum_s;
            Ask(now, effects);
            return;
        }
        _timerN = Instant.Never;
        bool passes = response.Status is 408 or 480 or 500 or 503 or 504;
        End($"SUBSCRIBE was refused: {response.Status} {response.Reason}", response, passes && !_isLeaving && _options.Resubscribes, RetryAfterOf(response), now, effects);
    }

    private void Refreshed(string tag, SubscriberDialog dialog, SipResponse response, Instant now, ICollection<SubscriberEffect> effects)
    {
        dialog.IsRefreshing = false;
        dialog.Dialog.AdvanceLocalCSeq(response.CSeq.Number);
        if (response.IsSuccess)
        {
            dialog.Dialog.RefreshTarget(response);
            if (EventRequests.TryReadExpires(response, out uint? granted_s) && granted_s is { } expires_s && expires_s > 0)
                dialog.ExpiresIn(expires_s, now);
            if (_isLeaving && granted_s != 0)
                Refresh(dialog, 0, now, effects);
            return;
        }
        if (response.Status == 423 && MinExpiresOf(response) is { } minimum_s && minimum_s > (dialog.MinExpires_s ?? 0) && !_isLeaving)
        {
            dialog.MinExpires_s = minimum_s;
            Refresh(dialog, _options.Expires_s, now, effects);
            return;
        }
        NotRefreshed(tag, dialog, $"a refresh was refused: {response.Status} {response.Reason}", response, now, effects);
    }

    // RFC 6665 4.1.2.2: what says that the subscription or its resource is gone ends it; else it lasts as long as was granted.
    private void NotRefreshed(string tag, SubscriberDialog dialog, string why, SipResponse? response, Instant now, ICollection<SubscriberEffect> effects)
    {
        dialog.TimerN = Instant.Never;
        bool isGone = response?.Status is 404 or 405 or 410 or 416 or (>= 480 and <= 485) or 489 or 501 or 604;
        if (!isGone && !_isLeaving)
        {
            TimeSpan wait = response is not null && RetryAfterOf(response) is { } after_s ? TimeSpan.FromSeconds(after_s) : RefreshAgain;
            dialog.RefreshAt = now + wait;
            return;
        }
        _dialogs.Remove(tag);
        End(why, response, response?.Status is 481 or 480 && !_isLeaving && _options.Resubscribes, RetryAfterOf(response), now, effects);
    }

    private void End(string reason, SipResponse? response, bool again, uint? retryAfter_s, Instant now, ICollection<SubscriberEffect> effects)
    {
        // Other notifiers still hold their part.
        if (_dialogs.Count > 0)
        {
            effects.Add(new SubscriberEffect.Ended(reason, response, Instant.Never));
            return;
        }
        _timerN = Instant.Never;
        if (again)
        {
            _briefAttempts = now - _attemptedAt < BriefSubscription ? _briefAttempts + 1 : 0;
            // The first may be repaired at once; reasons that ask for patience name it, or get some. With others it has no meaning.
            bool heeds = reason is not (SubscriptionReasons.Deactivated or SubscriptionReasons.Timeout);
            TimeSpan wait = heeds && retryAfter_s is { } seconds ? TimeSpan.FromSeconds(seconds)
                : reason is SubscriptionReasons.Probation or SubscriptionReasons.GiveUp ? LongestBackOff
                : BackOff(response is null || response.Status == 481 ? _briefAttempts - 1 : _briefAttempts);
            _retryAt = now + wait;
        }
        effects.Add(new SubscriberEffect.Ended(reason, response, _retryAt));
    }

    private static TimeSpan BackOff(int attempts)
    {
        if (attempts <= 0)
            return TimeSpan.Zero;
        TimeSpan wait = FirstBackOff * Math.Pow(2, Math.Min(attempts - 1, 16));
        return wait < LongestBackOff ? wait : LongestBackOff;
    }

    private bool Matches(SipRequest notify, out string remoteTag)
    {
        remoteTag = notify.From?.Tag ?? "";
        return remoteTag.Length > 0 && notify.CallId == _callId && notify.To?.Tag == _fromTag &&
            SipEvent.TryParse(notify.Headers.Get("Event"), out SipEvent? named) && named == _options.Event;
    }

    private SipResponse Reply(SipRequest notify, int status) => SipResponse.For(notify, status, toTag: _fromTag);

    private static uint? MinExpiresOf(SipResponse response) =>
        SipSyntax.TryParseNumber(SipSyntax.Trim(response.Headers.Get("Min-Expires")), uint.MaxValue, out uint seconds) ? seconds : null;

    private static uint? RetryAfterOf(SipResponse? response) =>
        SipRetryAfter.TryParse(response?.Headers.Get("Retry-After"), out SipRetryAfter after) ? after.Delay_s : null;
}
