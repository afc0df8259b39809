using System.Globalization;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// The session timer of one INVITE dialog (RFC 4028), either side. Pure.
/// <code>
/// 2xx to INVITE or UPDATE   we refresh:       Refresh at SE/2, End at SE
///                           the peer does:    End at SE - min(32 s, SE/3)
/// refresh answered          408, 481:         End
///                           422:              Refresh with the larger Min-SE
///                           other refusals:   Refresh after Retry-After, else half of what is left; End stays
///                           by a peer without timers: it is there, a new interval begins
/// refresh timed out         End
/// </code>
/// </summary>
public sealed class SessionTimer(SessionTimerOptions options)
{
    // A peer that asks for a little more each time is not followed for ever.
    private const int MaxRaises = 4;

    private static readonly TimeSpan LeastRetry = TimeSpan.FromSeconds(10);

    private readonly TimerTable<Deadline> _timers = new();
    private uint _minSE_s = options.MinSE_s;
    private int _raises;

    private enum Deadline
    {
        Refresh,
        End,
    }

    /// <summary>The session interval agreed on; 0 before.</summary>
    public uint Interval_s { get; private set; }

    public bool WeRefresh { get; private set; }

    /// <summary>False: this side counts alone, the peer knows no session timer.</summary>
    public bool PeerTakesPart { get; private set; }

    public Instant NextDeadline => _timers.NextDeadline;

    private uint Wanted_s => Math.Max(options.SessionExpires_s, _minSE_s);

    /// <summary>
    /// UAS: 422 with Min-SE for a session interval that is too small, null when there is nothing to refuse. A peer without timers
    /// would not understand it.
    /// </summary>
    public static SipResponse? Refusal(SipRequest request, SessionTimerOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        if (request.Method is not (SipMethods.Invite or SipMethods.Update) || !SipOptionTags.IsKnownTo(request, SipOptionTags.Timer)
            || !SipSessionExpires.TryParse(request.Headers.Get("Session-Expires"), out SipSessionExpires asked) || asked.Interval_s >= options.MinSE_s)
            return null;
        var refusal = SipResponse.For(request, 422);
        refusal.Headers.Add("Min-SE", new SipMinSE(options.MinSE_s).ToString());
        return refusal;
    }

    /// <summary>UAC: writes Supported, Session-Expires and Min-SE. Within the session the roles stay as they are.</summary>
    public void Offer(SipRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        SipRefresher refresher = Interval_s == 0 ? SipRefresher.None : WeRefresh ? SipRefresher.Uac : SipRefresher.Uas;
        SipOptionTags.Add("Supported", request, SipOptionTags.Timer);
        request.Headers.Set("Session-Expires", new SipSessionExpires(Wanted_s, refresher).ToString());
        request.Headers.Set("Min-SE", new SipMinSE(_minSE_s).ToString());
    }

    /// <summary>UAC: takes the Min-SE of a 422; false when it is no reason to try again.</summary>
    public bool TryRaise(SipResponse refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        if (refusal.Status != 422 || !SipMinSE.TryParse(refusal.Headers.Get("Min-SE"), out SipMinSE least)
            || least.Interval_s <= Wanted_s || least.Interval_s > SessionTimerOptions.Most_s
            || _raises == MaxRaises)
            return false;
        _raises++;
        _minSE_s = least.Interval_s;
        return true;
    }

    /// <summary>UAC: a 2xx to what <see cref="Offer"/> was written into; the interval begins.</summary>
    public void Agree(SipResponse success, Instant now)
    {
        ArgumentNullException.ThrowIfNull(success);
        PeerTakesPart = SipSessionExpires.TryParse(success.Headers.Get("Session-Expires"), out SipSessionExpires agreed);
        Interval_s = PeerTakesPart ? Math.Clamp(agreed.Interval_s, _minSE_s, Wanted_s) : Wanted_s;
        WeRefresh = !PeerTakesPart || agreed.Refresher != SipRefresher.Uas;
        Begin(now);
    }

    /// <summary>UAS: writes Session-Expires, Require and Supported into the 2xx; the interval begins.</summary>
    public void Accept(SipRequest request, SipResponse success, Instant now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(success);
        PeerTakesPart = SipOptionTags.IsKnownTo(request, SipOptionTags.Timer);
        uint interval_s = options.SessionExpires_s;
        var refresher = SipRefresher.None;
        if (SipSessionExpires.TryParse(request.Headers.Get("Session-Expires"), out SipSessionExpires asked))
        {
            interval_s = Math.Min(interval_s, asked.Interval_s);
            refresher = asked.Refresher;
        }
        WeRefresh = !PeerTakesPart || refresher == SipRefresher.Uas || (refresher == SipRefresher.None && options.RefreshesWhenCalled);
        if (SipMinSE.TryParse(request.Headers.Get("Min-SE"), out SipMinSE least))
            interval_s = Math.Max(interval_s, Math.Min(least.Interval_s, SessionTimerOptions.Most_s));
        Interval_s = Math.Max(interval_s, options.MinSE_s);
        success.Headers.Set("Session-Expires", new SipSessionExpires(Interval_s, WeRefresh ? SipRefresher.Uas : SipRefresher.Uac).ToString());
        SipOptionTags.Add("Supported", success, SipOptionTags.Timer);
        if (!WeRefresh)
            SipOptionTags.Add("Require", success, SipOptionTags.Timer);
        Begin(now);
    }

    /// <summary>The final response to a refresh.</summary>
    public SessionTimerAction RefreshAnswered(SipResponse response, Instant now)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (response.IsSuccess)
            Agree(response, now);
        else if (response.Status is 408 or 481)
            return Stop();
        else if (TryRaise(response))
            return SessionTimerAction.Refresh;
        else if (!PeerTakesPart)
            Begin(now);
        else
            TryLater(SipRetryAfter.TryParse(response.Headers.Get("Retry-After"), out SipRetryAfter after) ? TimeSpan.FromSeconds(after.Delay_s) : null, now);
        return SessionTimerAction.None;
    }

    /// <summary>No final response to a refresh.</summary>
    /// <param name="timedOut">False: it could not be sent, which may pass.</param>
    public SessionTimerAction RefreshFailed(bool timedOut, Instant now)
    {
        if (timedOut)
            return Stop();
        TryLater(null, now);
        return SessionTimerAction.None;
    }

    /// <summary>The refresh that is due cannot be sent yet.</summary>
    public void Postpone(TimeSpan delay, Instant now) => _timers.Start(Deadline.Refresh, now, delay);

    public SessionTimerAction Expire(Instant now)
    {
        SessionTimerAction action = SessionTimerAction.None;
        while (_timers.TryTakeExpired(now, out Deadline due))
        {
            if (due == Deadline.End)
                return Stop();
            action = SessionTimerAction.Refresh;
        }
        return action;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Interval_s} s, refreshed by {(WeRefresh ? "us" : "the peer")}");

    private void Begin(Instant now)
    {
        TimeSpan interval = TimeSpan.FromSeconds(Interval_s), early = TimeSpan.FromSeconds(Math.Min(32, Interval_s / 3.0));
        _timers.StopAll();
        if (WeRefresh)
            _timers.Start(Deadline.Refresh, now, interval / 2);
        _timers.Start(Deadline.End, now, WeRefresh ? interval : interval - early);
    }

    // Beyond the end of the session it never comes to it.
    private void TryLater(TimeSpan? after, Instant now)
    {
        TimeSpan delay = after ?? ((_timers.Deadline(Deadline.End) - now) / 2);
        Postpone(delay > LeastRetry ? delay : LeastRetry, now);
    }

    private SessionTimerAction Stop()
    {
        _timers.StopAll();
        return SessionTimerAction.End;
    }
}
