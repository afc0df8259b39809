using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// The participants of a call: found by number in constant time, walked in a dense array. Those behind non-controlling functions
/// are here only while they want the floor or have it.
/// </summary>
internal sealed class ParticipantTable
{
    /// <summary>Among so many looking is quicker than hashing, and the numbers lie in one or two lines of memory.</summary>
    private const int Few = 16;

    private readonly Dictionary<int, ParticipantState> _byNumber = [];
    private readonly List<ParticipantState> _behindFunctions = [];
    private readonly Stack<ParticipantState> _spare = [];
    private ParticipantState[] _dense = new ParticipantState[8];
    private int[] _numbers = new int[8];

    public int Count => _byNumber.Count;

    /// <summary>How many T8 and timers of acknowledgements run; most of the time none, and then nobody needs to be asked.</summary>
    public int RunningTimers { get; set; }

    public ReadOnlySpan<ParticipantState> All => _dense.AsSpan(0, Count);

    /// <summary>The numbers of <see cref="All"/>, beside each other: most messages are for everybody.</summary>
    public ReadOnlySpan<int> Numbers => _numbers.AsSpan(0, Count);

    /// <summary>
    /// The state of everybody who neither is permitted nor sends media nevertheless: the floor's. So it changes for all at once.
    /// </summary>
    public FloorServerParticipantState NotPermitted { get; set; } = FloorServerParticipantState.U_NotPermittedAndInitiating;

    public Instant NextDeadline
    {
        get
        {
            Instant earliest = Instant.Never;
            if (RunningTimers == 0)
                return earliest;
            foreach (ParticipantState participant in All)
                earliest = Instant.Earlier(earliest, Instant.Earlier(participant.T8, participant.AckDeadline));
            foreach (ParticipantState participant in BehindFunctions)
                earliest = Instant.Earlier(earliest, participant.T8);
            return earliest;
        }
    }

    private Span<ParticipantState> BehindFunctions => CollectionsMarshal.AsSpan(_behindFunctions);

    public bool TryGet(int number, [NotNullWhen(true)] out ParticipantState? participant)
    {
        if (Count > Few)
            return _byNumber.TryGetValue(number, out participant);
        int index = Numbers.IndexOf(number);
        participant = index < 0 ? null : _dense[index];
        return index >= 0;
    }

    /// <summary>Whom a message of this session is of: with Track Info, of somebody behind the non-controlling function.</summary>
    public ParticipantState SenderOf(in FloorMessage message, ParticipantState session)
    {
        if (!session.Profile.IsNonControllingFunction || !message.TryGetTrackInfo(out FloorTrackInfo trackInfo) ||
            trackInfo.ReferenceCount == 0)
            return session;
        foreach (ParticipantState known in BehindFunctions)
        {
            if (known.IsBehind(session, trackInfo))
                return known;
        }
        if (!_spare.TryPop(out ParticipantState? participant))
            participant = new ParticipantState(this);
        participant.BeginBehind(session, trackInfo);
        _behindFunctions.Add(participant);
        return participant;
    }

    public ParticipantState Add(int number, FloorParticipantProfile profile)
    {
        var participant = new ParticipantState(number, profile, this) { Index = Count };
        if (Count == _dense.Length)
        {
            Array.Resize(ref _dense, 2 * Count);
            Array.Resize(ref _numbers, 2 * Count);
        }
        _dense[Count] = participant;
        _numbers[Count] = number;
        _byNumber.Add(number, participant);
        return participant;
    }

    public void Remove(ParticipantState participant)
    {
        participant.StopTimers();
        participant.IsReachable = false;
        foreach (ParticipantState behind in BehindFunctions)
        {
            if (behind.Function == participant)
                behind.IsReachable = false;
        }
        _byNumber.Remove(participant.Number);
        ParticipantState last = _dense[Count];
        _dense[participant.Index] = last;
        _numbers[participant.Index] = last.Number;
        last.Index = participant.Index;
        _dense[Count] = null!;
    }

    /// <summary>One participant whose session is gone with that of its non-controlling function.</summary>
    public bool TryFindUnreachable([NotNullWhen(true)] out ParticipantState? participant)
    {
        participant = _behindFunctions.Find(static behind => !behind.IsReachable && !behind.IsAtRest);
        return participant is not null;
    }

    /// <summary>Forgets who behind a non-controlling function neither wants the floor nor has it.</summary>
    public void Sweep()
    {
        for (int i = _behindFunctions.Count - 1; i >= 0; i--)
        {
            ParticipantState participant = _behindFunctions[i];
            if (!participant.IsAtRest)
                continue;
            participant.IsReachable = true;
            _behindFunctions.RemoveAt(i);
            _spare.Push(participant);
        }
    }

    /// <summary>Every machine towards a participant: call release step 1.</summary>
    public void Release()
    {
        foreach (ParticipantState participant in All)
            participant.Release();
        foreach (ParticipantState participant in BehindFunctions)
            participant.Release();
    }

    /// <summary>One participant with a timer that is due, the timer stopped.</summary>
    public bool TryTakeExpired(Instant now, [NotNullWhen(true)] out ParticipantState? expired, out bool isT8)
    {
        expired = null;
        isT8 = false;
        if (RunningTimers == 0)
            return false;
        foreach (ParticipantState participant in All)
        {
            if (!participant.TryTakeExpired(now, out isT8))
                continue;
            expired = participant;
            return true;
        }
        foreach (ParticipantState participant in BehindFunctions)
        {
            if (!participant.TryTakeExpired(now, out isT8))
                continue;
            expired = participant;
            return true;
        }
        return false;
    }
}
