using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>Where something lies that does not move. Not to be read: who owns it may be gone.</summary>
internal readonly unsafe struct PinnedMemory(byte* start, int bytes)
{
    private readonly byte* _start = start;
    private readonly int _bytes = bytes;

    /// <summary>Has the processor fetch it.</summary>
    public void Fetch() => ObjectFetch.Fetch(_start, _bytes);
}
