using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// One permission to send media, from Floor Granted to its end, with its own timers (TS 24.380 6.3.4.4). The overriding talker's
/// T1 and T2 are the T11 and T12 of dual floor control (6.3.6).
/// </summary>
internal sealed class FloorTalker
{
    public ParticipantState Participant { get; private set; } = null!;

    public EffectivePriority Priority { get; set; }

    public bool IsOverriding { get; set; }

    public bool IsRevoked { get; set; }

    /// <summary>When it was granted.</summary>
    public Instant Since { get; set; }

    public Instant T1 { get; set; }

    public Instant T2 { get; set; }

    public Instant T3 { get; set; }

    public Instant T20 { get; set; }

    /// <summary>How many times Floor Granted was sent.</summary>
    public int C20 { get; set; }

    public Instant NextDeadline => Instant.Earlier(Instant.Earlier(T1, T2), Instant.Earlier(T3, T20));

    public void Begin(ParticipantState participant, EffectivePriority priority, bool overriding)
    {
        Participant = participant;
        Priority = priority;
        IsOverriding = overriding;
        IsRevoked = false;
        StopTimers();
        C20 = 1;
    }

    public void StopTimers() => T1 = T2 = T3 = T20 = Instant.Never;
}
