using MediaEngine.Rtp;

namespace MediaEngine.Floor;

// Media and timers of the talkers (TS 24.380 6.3.4.4, 6.3.4.5, 6.3.6) and of the idle floor (6.3.4.3).
internal sealed partial class GeneralMachine
{
    public Instant NextDeadline => Instant.Earlier(_timers.NextDeadline, Talkers.NextDeadline);

    /// <summary>6.3.4.4.5, 6.3.4.5, 6.3.6.4: media of a talker, to be forwarded.</summary>
    public void TalkerSendsMedia(FloorTalker talker, Instant now)
    {
        talker.T1 = now + (talker.IsOverriding ? Policy.T11 : Policy.T1);
        if (talker.IsRevoked)
            return;
        talker.T20 = Instant.Never;
        if (talker.T2.IsNever)
            talker.T2 = now + (talker.IsOverriding ? Policy.T12 : Policy.T2);
    }

    /// <summary>Fires one timer that is due.</summary>
    public bool TryExpire(Instant now, FloorEffects effects)
    {
        if (Talkers.Due(now) is { } talker)
        {
            ExpireTalker(talker, now, effects);
            return true;
        }
        if (!_timers.TryTakeExpired(now, out Timer timer))
            return false;
        switch (timer)
        {
            case Timer.T4: // 6.3.4.3.5: the caller decides; until it releases the call, the next inactivity is watched
                effects.Add(FloorEffectKind.CallInactive);
                _timers.Start(Timer.T4, now, Policy.T4);
                break;
            case Timer.T7 when _c7 < Policy.C7: // 6.3.4.3.4
                _c7++;
                announcer.IdleToAll(effects);
                _timers.Start(Timer.T7, now, Policy.T7);
                break;
        }
        return true;
    }

    private void ExpireTalker(FloorTalker talker, Instant now, FloorEffects effects)
    {
        Instant due = talker.NextDeadline;
        if (due == talker.T1 || due == talker.T3)
        {
            // 6.3.4.4.3: the talker is considered finished. 6.3.4.5: the grace is over.
            End(talker, now, effects);
        }
        else if (due == talker.T2)
        {
            // 6.3.4.4.4
            if (Policy.T9 > TimeSpan.Zero)
                talker.Participant.RetryAfter = now + Policy.T9;
            Revoke(talker, FloorRevokeCause.MediaBurstTooLong, now, effects);
        }
        else if (talker.C20 < Policy.C20)
        {
            // 6.3.4.4.9
            talker.C20++;
            TellGranted(talker, now, effects);
            talker.T20 = now + Policy.T20;
        }
        else
        {
            // 6.3.4.4.10: who does not answer does not want the floor any more.
            End(talker, now, effects);
        }
    }

    /// <summary>What a console shows of a talker. Allocates.</summary>
    public FloorTalkerStatus StatusOf(FloorTalker talker, Instant now)
    {
        Instant end = talker.IsRevoked ? talker.T3 : talker.T2;
        TimeSpan left = end.IsNever ? talker.IsOverriding ? Policy.T12 : Policy.T2 : end - now;
        return new FloorTalkerStatus(
            talker.Participant.Number, talker.Participant.Name, talker.Since, left < TimeSpan.Zero ? TimeSpan.Zero : left, !end.IsNever,
            talker.IsOverriding, talker.IsRevoked, talker.Priority.CallType, talker.Priority.Number);
    }

    private ushort Remaining_s(FloorTalker talker, Instant now)
    {
        TimeSpan left = !talker.T2.IsNever ? talker.T2 - now : talker.IsOverriding ? Policy.T12 : Policy.T2;
        return (ushort)Math.Clamp(Math.Ceiling(left.TotalSeconds), 0, ushort.MaxValue);
    }
}
