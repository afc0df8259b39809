using System.Diagnostics.CodeAnalysis;
using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// Floor requests that wait, best first (TS 24.380 4.1.1.4): who pre-empts, then priority, then arrival. At most one request of
/// each participant.
/// </summary>
internal sealed class FloorQueue
{
    /// <summary>The most requests that wait, pre-empting ones included.</summary>
    public const int MaxCount = 512;

    private readonly List<Entry> _entries = [];

    public int Count => _entries.Count;

    /// <summary>When the oldest request has waited too long.</summary>
    public Instant NextDeadline
    {
        get
        {
            Instant earliest = Instant.Never;
            foreach (Entry entry in _entries)
                earliest = Instant.Earlier(earliest, entry.Deadline);
            return earliest;
        }
    }

    public int PreemptingCount { get; private set; }

    /// <summary>Requests that wait by queueing, pre-empting ones not counted.</summary>
    public int WaitingCount => _entries.Count - PreemptingCount;

    /// <summary>Who waits at a place, 0 = head.</summary>
    public ParticipantState this[int place] => _entries[place].Participant;

    public FloorWaitingStatus StatusAt(int place)
    {
        Entry entry = _entries[place];
        return new FloorWaitingStatus(
            entry.Participant.Number, entry.Participant.Name, entry.Participant.QueuedSince, entry.Priority.CallType,
            entry.Priority.Number, entry.Preempts);
    }

    /// <summary>Adds a request, or changes the one the participant has; its place changes only with its weight.</summary>
    public void Put(ParticipantState participant, EffectivePriority priority, bool preempts, Instant deadline)
    {
        int index = IndexOf(participant);
        if (index >= 0)
        {
            Entry old = _entries[index];
            preempts |= old.Preempts;
            deadline = old.Deadline;
            if (old.Priority == priority && old.Preempts == preempts)
                return;
            RemoveAt(index);
        }
        var entry = new Entry(participant, priority, preempts, preempts ? Instant.Never : deadline);
        int place = _entries.Count;
        while (place > 0 && entry.GoesBefore(_entries[place - 1]))
            place--;
        _entries.Insert(place, entry);
        participant.IsQueued = true;
        PreemptingCount += preempts ? 1 : 0;
    }

    public bool TryTakeHead([NotNullWhen(true)] out ParticipantState? participant, out EffectivePriority priority)
    {
        participant = null;
        priority = default;
        if (_entries.Count == 0)
            return false;
        participant = _entries[0].Participant;
        priority = _entries[0].Priority;
        RemoveAt(0);
        return true;
    }

    /// <summary>Takes the head if it pre-empts somebody with this priority.</summary>
    public bool TryTakePreempting(
        EffectivePriority talking, [NotNullWhen(true)] out ParticipantState? participant, out EffectivePriority priority)
    {
        if (_entries.Count > 0 && _entries[0].Preempts && _entries[0].Priority > talking)
            return TryTakeHead(out participant, out priority);
        participant = null;
        priority = default;
        return false;
    }

    public bool TryTakeExpired(Instant now, [NotNullWhen(true)] out ParticipantState? participant)
    {
        participant = null;
        for (int i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Deadline > now || _entries[i].Deadline.IsNever)
                continue;
            participant = _entries[i].Participant;
            RemoveAt(i);
            return true;
        }
        return false;
    }

    public void Remove(ParticipantState participant)
    {
        if (participant.IsQueued)
            RemoveAt(IndexOf(participant));
    }

    public void Clear()
    {
        while (_entries.Count > 0)
            RemoveAt(_entries.Count - 1);
    }

    /// <summary>What Queue Info says: position and priority, or 254 when the participant waits for nothing.</summary>
    public (byte Position, byte Priority) Info(ParticipantState participant)
    {
        int index = IndexOf(participant);
        if (index < 0)
            return (FloorQueuePosition.NotQueued, 0);
        int position = index + 1;
        return ((byte)(position <= FloorQueuePosition.Largest ? position : FloorQueuePosition.NotDisclosed),
            _entries[index].Priority.Number);
    }

    private int IndexOf(ParticipantState participant)
    {
        if (!participant.IsQueued)
            return -1;
        for (int i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Participant == participant)
                return i;
        }
        return -1;
    }

    private void RemoveAt(int index)
    {
        _entries[index].Participant.IsQueued = false;
        PreemptingCount -= _entries[index].Preempts ? 1 : 0;
        _entries.RemoveAt(index);
    }

    private readonly record struct Entry(
        ParticipantState Participant, EffectivePriority Priority, bool Preempts, Instant Deadline)
    {
        public bool GoesBefore(Entry other) =>
            Preempts != other.Preempts ? Preempts : Priority > other.Priority;
    }
}
