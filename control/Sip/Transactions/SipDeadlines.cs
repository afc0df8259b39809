using System.Diagnostics.CodeAnalysis;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>
/// When transactions have something to do. An entry may outlive its transaction or come before its timers: it holds an identifier, no
/// messages, and is looked at when it is due.
/// </summary>
internal sealed class SipDeadlines(IReadOnlyDictionary<long, SipTransaction> transactions)
{
    private readonly PriorityQueue<long, long> _entries = new();

    // Most are answered long before, and wait equally long: in the order in which they came is in the order of time.
    private readonly Queue<(long Id, long Deadline)> _unanswered = new();

    /// <summary>The earliest, or <see cref="Instant.Never"/>.</summary>
    public Instant Next
    {
        get
        {
            while (_unanswered.TryPeek(out (long Id, long Deadline) first) && Find(first.Id, first.Deadline) is null)
                _unanswered.Dequeue();
            long next = _unanswered.TryPeek(out (long Id, long Deadline) unanswered) ? unanswered.Deadline : Instant.Never.Nanoseconds;
            while (_entries.TryPeek(out long id, out long deadline))
            {
                if (Find(id, deadline) is not null)
                    return new Instant(Math.Min(deadline, next));
                _entries.Dequeue();
            }
            return new Instant(next);
        }
    }

    /// <summary>After every touch of a transaction: sees to an entry no later than its timers.</summary>
    public void Keep(SipTransaction transaction)
    {
        Instant next = transaction.Timers.NextDeadline;
        if (next >= transaction.Queued)
            return;
        transaction.Queued = next;
        if (transaction is NonInviteServerTransaction { State: SipTransactionState.Trying })
            _unanswered.Enqueue((transaction.Id.Value, next.Nanoseconds));
        else
            _entries.Enqueue(transaction.Id.Value, next.Nanoseconds);
    }

    /// <summary>Takes the entry of one transaction that has something to do.</summary>
    public bool TryTakeDue(Instant now, [NotNullWhen(true)] out SipTransaction? transaction)
    {
        transaction = null;
        while (transaction is null && _unanswered.TryPeek(out (long Id, long Deadline) first) && first.Deadline <= now.Nanoseconds)
        {
            _unanswered.Dequeue();
            transaction = Find(first.Id, first.Deadline);
        }
        while (transaction is null && _entries.TryPeek(out long id, out long deadline) && deadline <= now.Nanoseconds)
        {
            _entries.Dequeue();
            transaction = Find(id, deadline);
        }
        if (transaction is not null)
            transaction.Queued = Instant.Never;
        return transaction is not null;
    }

    /// <summary>Null for an entry of a transaction that is over or has another.</summary>
    private SipTransaction? Find(long id, long deadline) =>
        transactions.TryGetValue(id, out SipTransaction? transaction) && transaction.Queued.Nanoseconds == deadline ? transaction : null;
}
