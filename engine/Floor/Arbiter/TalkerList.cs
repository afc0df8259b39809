using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>The permissions to send media that are in force, oldest first. Ended ones are used again.</summary>
internal sealed class TalkerList
{
    // One talker from the beginning: so it lies with the rest of the floor, which is fetched as a whole.
    private readonly List<FloorTalker> _talkers = new(1);
    private readonly Stack<FloorTalker> _spare = new(1);

    public TalkerList() => _spare.Push(new FloorTalker());

    public int Count => _talkers.Count;

    public ReadOnlySpan<FloorTalker> All => CollectionsMarshal.AsSpan(_talkers);

    /// <summary>Who has the floor; with dual floor the overridden one.</summary>
    public FloorTalker? First => _talkers.Count > 0 ? _talkers[0] : null;

    public FloorTalker? Overriding { get; private set; }

    public int RevokedCount
    {
        get
        {
            int count = 0;
            foreach (FloorTalker talker in All)
                count += talker.IsRevoked ? 1 : 0;
            return count;
        }
    }

    public Instant NextDeadline
    {
        get
        {
            Instant earliest = Instant.Never;
            foreach (FloorTalker talker in All)
                earliest = Instant.Earlier(earliest, talker.NextDeadline);
            return earliest;
        }
    }

    public FloorTalker Add(ParticipantState participant, EffectivePriority priority, bool overriding)
    {
        if (!_spare.TryPop(out FloorTalker? talker))
            talker = new FloorTalker();
        talker.Begin(participant, priority, overriding);
        _talkers.Add(talker);
        if (overriding)
            Overriding = talker;
        return talker;
    }

    public void Remove(FloorTalker talker)
    {
        _talkers.Remove(talker);
        _spare.Push(talker);
        if (Overriding == talker)
            Overriding = null;
    }

    /// <summary>The overriding talker is the only one left: it has the floor (6.3.6).</summary>
    public void PromoteOverriding()
    {
        Overriding!.IsOverriding = false;
        Overriding = null;
    }

    public void Clear()
    {
        while (_talkers.Count > 0)
            Remove(_talkers[^1]);
    }

    /// <summary>
    /// Whom a more urgent request pushes out: with dual floor the overriding talker, else the least urgent, of equals the one
    /// that began last. Revoked ones only when asked for.
    /// </summary>
    public FloorTalker? Lowest(bool alsoRevoked)
    {
        if (Overriding is not null)
            return Overriding;
        FloorTalker? lowest = null;
        foreach (FloorTalker talker in All)
        {
            if ((alsoRevoked || !talker.IsRevoked) && (lowest is null || !(talker.Priority > lowest.Priority)))
                lowest = talker;
        }
        return lowest;
    }

    public bool TryFindByIdentity(ReadOnlySpan<byte> mcpttId, [NotNullWhen(true)] out FloorTalker? found)
    {
        found = null;
        foreach (FloorTalker talker in All)
        {
            if (talker.Participant.McpttId.Span.SequenceEqual(mcpttId))
                found = talker;
        }
        return found is not null;
    }

    /// <summary>The talker with the earliest timer that is due, if any.</summary>
    public FloorTalker? Due(Instant now)
    {
        FloorTalker? due = null;
        foreach (FloorTalker talker in All)
        {
            Instant deadline = talker.NextDeadline;
            if (deadline <= now && !deadline.IsNever && (due is null || deadline < due.NextDeadline))
                due = talker;
        }
        return due;
    }
}
