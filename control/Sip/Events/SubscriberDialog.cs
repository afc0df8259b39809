using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>One notifier's part in a subscription: a dialog that its first NOTIFY made (RFC 6665 4.4.1).</summary>
internal sealed class SubscriberDialog(SipDialog dialog)
{
    public SipDialog Dialog { get; } = dialog;

    public Instant ExpiresAt { get; set; }

    /// <summary>When the next SUBSCRIBE is due.</summary>
    public Instant RefreshAt { get; set; } = Instant.Never;

    /// <summary>Timer N: the NOTIFY after a SUBSCRIBE must come by then.</summary>
    public Instant TimerN { get; set; } = Instant.Never;

    /// <summary>A SUBSCRIBE waits for its final response.</summary>
    public bool IsRefreshing { get; set; }

    /// <summary>Asked for in the next refresh, after a 423.</summary>
    public uint? MinExpires_s { get; set; }

    public Instant NextDeadline => Instant.Earlier(Instant.Earlier(TimerN, ExpiresAt), IsRefreshing ? Instant.Never : RefreshAt);

    /// <summary>A minute ahead of the end, or at half the time when it is short.</summary>
    public void ExpiresIn(uint expires_s, Instant now)
    {
        double seconds = expires_s;
        ExpiresAt = now + TimeSpan.FromSeconds(seconds);
        RefreshAt = now + TimeSpan.FromSeconds(Math.Max(seconds / 2, seconds - 60));
    }
}
