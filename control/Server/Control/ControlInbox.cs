using System.Threading.Channels;
using MediaEngine.Sip;

namespace MediaEngine.Server;

/// <summary>The control loop's queue: posted to by any thread, taken from by the loop's.</summary>
internal sealed class ControlInbox : IDisposable
{
    private const int Capacity = 65_536;
    private const int Behind = 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly Channel<ControlEvent> _events = Channel.CreateBounded<ControlEvent>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly Doorbell _doorbell = new();
    private readonly Func<bool> _isEmpty;
    private volatile bool _isClosed;

    public ControlInbox() => _isEmpty = () => !_isClosed && !_events.Reader.TryPeek(out _);

    /// <summary>More waits than is taken in a few turns.</summary>
    public bool IsBehind => _events.Reader.Count > Behind;

    /// <summary>Nothing is taken any more, and the loop shall end.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>False when it is full or closed.</summary>
    public bool TryPost(ControlEvent input)
    {
        if (!_events.Writer.TryWrite(input))
            return false;
        _doorbell.Ring();
        return true;
    }

    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ControlEvent? input) => _events.Reader.TryRead(out input);

    /// <summary>Sleeps until there is something, or until then.</summary>
    public void Wait(TimeSpan atMost) => _doorbell.Wait(_isEmpty, atMost < Longest ? atMost : Longest);

    public void Close()
    {
        _events.Writer.TryComplete();
        _isClosed = true;
        _doorbell.Ring();
    }

    public void Dispose() => _doorbell.Dispose();
}
