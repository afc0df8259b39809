using System.Runtime.InteropServices;

namespace MediaEngine.Media;

/// <summary>
/// Datagrams on their way out of one socket. A payload is stored once and may have many destinations. Bounded: when it is
/// full the drain is asked to empty it, and what then still finds no room is refused. Not for several threads.
/// </summary>
public sealed class SendQueue
{
    /// <summary>The largest payload.</summary>
    public const int MaxPayload_bytes = 2048;

    private readonly byte[] _payloads;
    private readonly Datagram[] _datagrams;
    private readonly ISendDrain? _drain;
    private int _payloadEnd;
    private int _currentOffset;
    private int _currentLength;

    /// <param name="capacity">Datagrams held at one time.</param>
    /// <param name="drain">Asked to send and <see cref="Clear"/> when the queue is full; null = the excess is refused.</param>
    public SendQueue(int capacity, ISendDrain? drain = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _datagrams = new Datagram[capacity];
        // Pinned, so that the kernel can be given addresses into it.
        _payloads = GC.AllocateArray<byte>(Math.Max(capacity, 2) * MaxPayload_bytes, pinned: true);
        _drain = drain;
    }

    public int Count { get; private set; }

    /// <summary>Starts a payload, copied; the destinations added next are for it. False when it does not fit.</summary>
    public bool BeginPayload(ReadOnlySpan<byte> payload)
    {
        _currentLength = -1;
        if (payload.Length > MaxPayload_bytes)
            return false;
        if (_payloadEnd + payload.Length > _payloads.Length)
        {
            _drain?.Drain(this);
            if (_payloadEnd + payload.Length > _payloads.Length)
                return false;
        }
        payload.CopyTo(_payloads.AsSpan(_payloadEnd));
        _currentOffset = _payloadEnd;
        _currentLength = payload.Length;
        _payloadEnd += payload.Length;
        return true;
    }

    /// <summary>Queues the current payload for one more destination. False when the queue stays full.</summary>
    public bool Add(SocketAddressKey destination)
    {
        if (_currentLength < 0)
            return false;
        if (Count == _datagrams.Length)
        {
            _drain?.Drain(this);
            if (Count == _datagrams.Length)
                return false;
        }
        _datagrams[Count++] = new Datagram(destination, _currentOffset, _currentLength);
        return true;
    }

    public SocketAddressKey Destination(int index) => At(index).Destination;

    public ReadOnlySpan<byte> Payload(int index)
    {
        Datagram datagram = At(index);
        return _payloads.AsSpan(datagram.Offset, datagram.Length);
    }

    /// <summary>Forgets the datagrams; a payload begun goes on to be the current one.</summary>
    public void Clear()
    {
        Count = 0;
        if (_currentLength < 0)
        {
            _payloadEnd = 0;
            return;
        }
        _payloads.AsSpan(_currentOffset, _currentLength).CopyTo(_payloads);
        _currentOffset = 0;
        _payloadEnd = _currentLength;
    }

    /// <summary>The address of a payload: it does not move, and holds until the next <see cref="BeginPayload"/>.</summary>
    internal unsafe byte* PayloadAddress(int index, out int length)
    {
        Datagram datagram = At(index);
        length = datagram.Length;
        return (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_payloads, datagram.Offset);
    }

    private Datagram At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _datagrams[index];
    }

    private readonly record struct Datagram(SocketAddressKey Destination, int Offset, int Length);
}
