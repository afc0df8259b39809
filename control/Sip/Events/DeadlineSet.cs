using System.Diagnostics.CodeAnalysis;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>Things with one deadline each, the earliest first; those of one moment in the order in which they were set.</summary>
public sealed class DeadlineSet<T>
    where T : class
{
    private readonly SortedDictionary<(Instant Deadline, long Number), T> _byDeadline = [];
    private readonly Dictionary<T, (Instant Deadline, long Number)> _keys = [];
    private long _lastNumber;

    public Instant NextDeadline
    {
        get
        {
            foreach ((Instant deadline, long _) in _byDeadline.Keys)
                return deadline;
            return Instant.Never;
        }
    }

    /// <summary>Sets or moves; <see cref="Instant.Never"/> removes.</summary>
    public void Set(T item, Instant deadline)
    {
        if (_keys.TryGetValue(item, out (Instant Deadline, long Number) before))
        {
            if (before.Deadline == deadline)
                return;
            Remove(item);
        }
        if (deadline.IsNever)
            return;
        var key = (deadline, ++_lastNumber);
        _keys[item] = key;
        _byDeadline[key] = item;
    }

    public void Remove(T item)
    {
        if (_keys.Remove(item, out (Instant, long) key))
            _byDeadline.Remove(key);
    }

    /// <summary>Takes one that is due out of the set.</summary>
    public bool TryTake(Instant now, [NotNullWhen(true)] out T? item)
    {
        foreach (((Instant deadline, long _), T first) in _byDeadline)
        {
            if (deadline > now)
                break;
            item = first;
            Remove(first);
            return true;
        }
        item = null;
        return false;
    }
}
