using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>
/// The calls by their next deadline, the earliest on top: O(log n) per change, nothing allocated once grown. Four children to a
/// node, deadlines and places apart from the calls: a change reads a few lines of memory, and no call but its own.
/// </summary>
internal sealed class DeadlineHeap
{
    private const int Children = 4;

    private Entry[] _heap = new Entry[16];

    // By the number a call has while it is here: the call, and its place in the heap. A place without a call holds the next free number.
    private MediaCall?[] _calls = new MediaCall?[16];
    private int[] _places = new int[16];
    private int _free = -1;
    private int _numbers;
    private int _count;

    public Instant Earliest => _count == 0 ? Instant.Never : _heap[0].Deadline;

    public MediaCall Top => _calls[_heap[0].Number]!;

    public void Add(MediaCall call)
    {
        if (_count == _heap.Length)
        {
            Array.Resize(ref _heap, _count * 2);
            Array.Resize(ref _calls, _count * 2);
            Array.Resize(ref _places, _count * 2);
        }
        int number = _free;
        if (number < 0)
            number = _numbers++;
        else
            _free = _places[number];
        _calls[number] = call;
        call.HeapNumber = number;
        Up(new Entry(call.Deadline, number), _count++);
    }

    public void Remove(MediaCall call)
    {
        int number = call.HeapNumber;
        int hole = _places[number];
        Entry last = _heap[--_count];
        _calls[number] = null;
        call.HeapNumber = -1;
        if (hole != _count)
            Move(last, hole);
        _places[number] = _free;
        _free = number;
    }

    public void Update(MediaCall call, Instant deadline)
    {
        if (deadline == call.Deadline)
            return;
        call.Deadline = deadline;
        Move(new Entry(deadline, call.HeapNumber), _places[call.HeapNumber]);
    }

    /// <summary>Has the processor fetch the call that is due after the top.</summary>
    public void PrefetchNext()
    {
        if (_count > 1)
            ObjectFetch.Fetch(_calls[_heap[LeastChild(0)].Number], MediaCall.Size_bytes);
    }

    private void Move(Entry entry, int hole)
    {
        if (hole > 0 && entry.Deadline < _heap[(hole - 1) / Children].Deadline)
            Up(entry, hole);
        else
            Down(entry, hole);
    }

    private void Up(Entry entry, int hole)
    {
        while (hole > 0)
        {
            int parent = (hole - 1) / Children;
            if (_heap[parent].Deadline <= entry.Deadline)
                break;
            Place(_heap[parent], hole);
            hole = parent;
        }
        Place(entry, hole);
    }

    private void Down(Entry entry, int hole)
    {
        while (Children * hole + 1 < _count)
        {
            int least = LeastChild(hole);
            if (entry.Deadline <= _heap[least].Deadline)
                break;
            Place(_heap[least], hole);
            hole = least;
        }
        Place(entry, hole);
    }

    private int LeastChild(int place)
    {
        int least = Children * place + 1;
        int end = Math.Min(least + Children, _count);
        for (int child = least + 1; child < end; child++)
        {
            if (_heap[child].Deadline < _heap[least].Deadline)
                least = child;
        }
        return least;
    }

    private void Place(Entry entry, int place)
    {
        _heap[place] = entry;
        _places[entry.Number] = place;
    }

    private readonly record struct Entry(Instant Deadline, int Number);
}
