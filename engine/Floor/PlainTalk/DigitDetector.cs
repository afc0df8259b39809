using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// Presses of one key out of telephone-event packets (RFC 4733 2.5): all packets of a press have its RTP timestamp; its last
/// one, marked as end, is sent three times. Any of them may be lost, repeated or late.
/// </summary>
internal sealed class DigitDetector(byte digit, TimeSpan timeout)
{
    private const int Payload_bytes = 4;
    private const byte EndBit = 0x80;

    /// <summary>An event that lasts longer goes on under a timestamp so much later (RFC 4733 2.5.1.3).</summary>
    private const uint Segment_samples = 0xFFFF;

    /// <summary>A packet is not late by more; an older timestamp after that is a stream that began anew.</summary>
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(5);

    private uint _timestamp;
    private Instant? _last;

    /// <summary>The key is down, as far as the packets tell.</summary>
    public bool IsDown { get; private set; }

    /// <summary>When the key counts as let go unless another packet of the press comes; Never while it is up.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>True when a press began with this packet.</summary>
    public bool Receive(ReadOnlySpan<byte> payload, uint timestamp, Instant now)
    {
        if (payload.Length < Payload_bytes)
            return false;
        int ahead = (int)(timestamp - _timestamp);
        // A late packet of a press before this one.
        if (ahead < 0 && now - _last <= s_longestDelay)
            return false;
        bool isNew = _last is null || ahead != 0;
        bool isEnd = (payload[1] & EndBit) != 0;
        if (payload[0] != digit)
        {
            // Another key: what was down is up, its end was lost.
            if (isNew)
            {
                _last = now;
                _timestamp = timestamp;
                Release();
            }
            return false;
        }
        bool goesOn = IsDown && ahead == Segment_samples;
        if (!isNew && !IsDown)
            return false;
        _last = now;
        _timestamp = timestamp;
        if (isEnd)
        {
            Release();
        }
        else
        {
            IsDown = true;
            Deadline = now + timeout;
        }
        return isNew && !goesOn;
    }

    /// <summary>Lets go when the timeout is over.</summary>
    public void Expire(Instant now)
    {
        if (Deadline <= now)
            Release();
    }

    private void Release()
    {
        IsDown = false;
        Deadline = Instant.Never;
    }
}
