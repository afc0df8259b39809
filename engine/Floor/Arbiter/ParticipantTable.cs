using System.Diagnostics.CodeAnalysis;
using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>The participants of a call: found by number in constant time, walked in a dense array.</summary>
internal sealed class ParticipantTable
{
    private readonly Dictionary<int, ParticipantState> _byNumber = [];
    private ParticipantState[] _dense = new ParticipantState[8];

    public int Count => _byNumber.Count;

    /// <summary>How many T8 run; most of the time none, and then nobody needs to be asked.</summary>
    public int RunningT8 { get; set; }

    public ReadOnlySpan<ParticipantState> All => _dense.AsSpan(0, Count);

    public Instant NextT8
    {
        get
        {
            Instant earliest = Instant.Never;
            if (RunningT8 > 0)
            {
                foreach (ParticipantState participant in All)
                    earliest = Instant.Earlier(earliest, participant.T8);
            }
            return earliest;
        }
    }

    public bool TryGet(int number, [NotNullWhen(true)] out ParticipantState? participant) =>
        _byNumber.TryGetValue(number, out participant);

    public ParticipantState Add(int number, FloorParticipantProfile profile)
    {
        var participant = new ParticipantState(number, profile, this) { Index = Count };
        if (Count == _dense.Length)
            Array.Resize(ref _dense, 2 * Count);
        _dense[Count] = participant;
        _byNumber.Add(number, participant);
        return participant;
    }

    public void Remove(ParticipantState participant)
    {
        participant.StopT8();
        _byNumber.Remove(participant.Number);
        ParticipantState last = _dense[Count];
        _dense[participant.Index] = last;
        last.Index = participant.Index;
        _dense[Count] = null!;
    }

    /// <summary>One participant whose T8 is due, its timer stopped.</summary>
    public bool TryTakeExpired(Instant now, [NotNullWhen(true)] out ParticipantState? expired)
    {
        expired = null;
        if (RunningT8 == 0)
            return false;
        foreach (ParticipantState participant in All)
        {
            if (participant.T8 > now || participant.T8.IsNever)
                continue;
            participant.StopT8();
            expired = participant;
            return true;
        }
        return false;
    }
}
