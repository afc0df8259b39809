namespace MediaEngine.Sip;

/// <summary>How long a read may take: to the first octet, to a started message's end, or until idleness ends the connection.</summary>
internal sealed class ReadDeadline(SipStackOptions options) : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private readonly CancellationTokenSource _source = new();
    private bool _heard;
    private long _messageStarted;

    /// <summary>The token of the next read.</summary>
    public CancellationToken Start(bool accepted)
    {
        TimeSpan limit = _heard || !accepted ? options.IdleTimeout : options.FirstOctetTimeout;
        if (_messageStarted != 0)
            limit = options.MessageTimeout - TimeSpan.FromMilliseconds(Environment.TickCount64 - _messageStarted);
        _source.CancelAfter(limit > Shortest ? limit : Shortest);
        return _source.Token;
    }

    /// <summary>Something was read; false when the deadline passed all the same.</summary>
    public bool Met()
    {
        _heard = true;
        return _source.TryReset();
    }

    /// <summary>A message was completed; the start of another came.</summary>
    public void Progress(bool completed, bool started)
    {
        if (completed)
            _messageStarted = 0;
        if (started && _messageStarted == 0)
            _messageStarted = Environment.TickCount64;
    }

    public void Dispose() => _source.Dispose();
}
