using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>The calls by their next deadline, the earliest on top: O(log n) per change, nothing allocated once grown.</summary>
internal sealed class DeadlineHeap
{
    private MediaCall[] _heap = new MediaCall[16];
    private int _count;

    public Instant Earliest => _count == 0 ? Instant.Never : _heap[0].Deadline;

    public MediaCall Top => _heap[0];

    public void Add(MediaCall call)
    {
        if (_count == _heap.Length)
            Array.Resize(ref _heap, _count * 2);
        Place(call, _count++);
        Up(call);
    }

    public void Remove(MediaCall call)
    {
        int hole = call.HeapIndex;
        MediaCall last = _heap[--_count];
        _heap[_count] = null!;
        call.HeapIndex = -1;
        if (last == call)
            return;
        Place(last, hole);
        Up(last);
        Down(last);
    }

    public void Update(MediaCall call, Instant deadline)
    {
        if (deadline == call.Deadline)
            return;
        bool earlier = deadline < call.Deadline;
        call.Deadline = deadline;
        if (earlier)
            Up(call);
        else
            Down(call);
    }

    private void Up(MediaCall call)
    {
        while (call.HeapIndex > 0)
        {
            int index = call.HeapIndex;
            MediaCall parent = _heap[(index - 1) / 2];
            if (parent.Deadline <= call.Deadline)
                return;
            Place(call, parent.HeapIndex);
            Place(parent, index);
        }
    }

    private void Down(MediaCall call)
    {
        while (2 * call.HeapIndex + 1 < _count)
        {
            int index = call.HeapIndex;
            int least = 2 * index + 1;
            if (least + 1 < _count && _heap[least + 1].Deadline < _heap[least].Deadline)
                least++;
            MediaCall child = _heap[least];
            if (call.Deadline <= child.Deadline)
                return;
            Place(call, least);
            Place(child, index);
        }
    }

    private void Place(MediaCall call, int index)
    {
        _heap[index] = call;
        call.HeapIndex = index;
    }
}
