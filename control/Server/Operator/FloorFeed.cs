using System.Collections.Concurrent;
using System.Threading.Channels;

namespace MediaEngine.Server;

/// <summary>
/// What one reader has not read yet: the newest floor of each call, so that a slow reader costs no memory and finds the newest.
/// </summary>
internal sealed class FloorFeed
{
    private readonly ConcurrentDictionary<ulong, OperatorFloor> _newest = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Offer(ulong call, OperatorFloor floor)
    {
        _newest[call] = floor;
        _signal.Writer.TryWrite(true);
    }

    /// <summary>What is new, when there is something; empty after <paramref name="patience"/>.</summary>
    public async Task<IReadOnlyList<OperatorFloor>> ReadAsync(TimeSpan patience, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            await _signal.Reader.ReadAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return [];
        }
        var floors = new List<OperatorFloor>();
        foreach (ulong call in _newest.Keys)
        {
            if (_newest.TryRemove(call, out OperatorFloor? floor))
                floors.Add(floor);
        }
        return floors;
    }
}
