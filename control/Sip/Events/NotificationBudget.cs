using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>How many may go in each tenth of a second.</summary>
internal sealed class NotificationBudget(int perSecond)
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    private readonly int _perWindow = Math.Max(1, perSecond / 10);
    private Instant _end;
    private int _left;

    /// <param name="next">When there is more, if this one may not go.</param>
    public bool TrySpend(Instant now, out Instant next)
    {
        if (now >= _end)
        {
            _end = now + Window;
            _left = _perWindow;
        }
        next = _end;
        return _left-- > 0;
    }
}
