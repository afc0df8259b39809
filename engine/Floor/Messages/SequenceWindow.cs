namespace MediaEngine.Floor;

/// <summary>
/// Tells a Floor Idle or Taken that comes too late, or again over the other path, from a new one (TS 24.380 8.2.3.10). A number
/// far behind is no late message but a server that began to count again.
/// </summary>
internal struct SequenceWindow
{
    private const int Window = 64;

    private ushort _last;
    private bool _any;

    /// <summary>False when this state of the floor, or a later one, was already told.</summary>
    public bool TryAdvance(in FloorMessage message)
    {
        if (!message.TryGetMessageSequenceNumber(out ushort number))
            return true;
        short ahead = (short)(number - _last);
        if (_any && ahead is <= 0 and > -Window)
            return false;
        _last = number;
        _any = true;
        return true;
    }

    public void Restart() => _any = false;
}
