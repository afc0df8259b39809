using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>
/// The last moments of what an endpoint said before it had the floor, so that the beginning of the word that asked for it is not
/// lost. Bounded; allocates nothing once built.
/// </summary>
internal sealed class PreRoll
{
    private const int Capacity_packets = 32;
    private const int MaxVoice_bytes = 480;
    private static readonly TimeSpan s_length = TimeSpan.FromMilliseconds(200);

    private readonly Entry[] _entries = new Entry[Capacity_packets];
    private readonly byte[] _voice = new byte[Capacity_packets * MaxVoice_bytes];
    private int _first;
    private int _count;

    public void Keep(in RtpHeader header, ReadOnlySpan<byte> voice, Instant now)
    {
        if (voice.Length > MaxVoice_bytes)
            return;
        while (_count > 0 && (_count == Capacity_packets || now - _entries[_first].At > s_length))
            Drop();
        int slot = (_first + _count++) % Capacity_packets;
        _entries[slot] = new Entry(header, voice.Length, now);
        voice.CopyTo(_voice.AsSpan(slot * MaxVoice_bytes));
    }

    /// <summary>Takes the oldest packet out; it stays valid until the next <see cref="Keep"/>.</summary>
    public bool TryTake(out RtpHeader header, out ReadOnlySpan<byte> voice)
    {
        header = default;
        voice = default;
        if (_count == 0)
            return false;
        header = _entries[_first].Header;
        voice = _voice.AsSpan(_first * MaxVoice_bytes, _entries[_first].Length_bytes);
        Drop();
        return true;
    }

    public void Clear() => _count = 0;

    private void Drop()
    {
        _first = (_first + 1) % Capacity_packets;
        _count--;
    }

    private readonly record struct Entry(RtpHeader Header, int Length_bytes, Instant At);
}
