using System.Diagnostics.CodeAnalysis;
using MediaEngine.Rtp;

namespace MediaEngine.Mcx;

/// <summary>The deadlines of all legs' sessions. A leg that ended is not kept, though its deadline is until it passes.</summary>
internal sealed class SessionDeadlines
{
    private readonly Dictionary<long, (CallLeg Leg, Instant Deadline)> _legs = [];
    private readonly PriorityQueue<long, long> _queue = new();
    private long _last;

    public Instant NextDeadline
    {
        get
        {
            while (_queue.TryPeek(out long number, out long deadline))
            {
                if (_legs.TryGetValue(number, out var entry) && entry.Deadline.Nanoseconds == deadline)
                    return entry.Deadline;
                _queue.Dequeue();
            }
            return Instant.Never;
        }
    }

    /// <summary>After whatever touched the leg's session.</summary>
    public void Update(CallLeg leg)
    {
        if (leg.State == CallLegState.Ended)
            return;
        if (leg.SessionNumber == 0)
            leg.SessionNumber = ++_last;
        Instant deadline = leg.Session!.NextDeadline;
        if (_legs.TryGetValue(leg.SessionNumber, out var entry) && entry.Deadline == deadline)
            return;
        _legs[leg.SessionNumber] = (leg, deadline);
        if (!deadline.IsNever)
            _queue.Enqueue(leg.SessionNumber, deadline.Nanoseconds);
    }

    public void Remove(CallLeg leg) => _legs.Remove(leg.SessionNumber);

    /// <summary>Takes a leg whose deadline has come; <see cref="Update"/> gives it its next.</summary>
    public bool TryTakeDue(Instant now, [NotNullWhen(true)] out CallLeg? leg)
    {
        leg = null;
        if (NextDeadline > now || !_queue.TryDequeue(out long number, out _))
            return false;
        leg = _legs[number].Leg;
        _legs[number] = (leg, Instant.Never);
        return true;
    }
}
