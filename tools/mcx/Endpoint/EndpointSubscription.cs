using MediaEngine.Rtp;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>A subscription of an endpoint (RFC 6665): an <see cref="EventSubscriber"/> with a clock and a way to the server.</summary>
public sealed class EndpointSubscription : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly EventSubscriber _subscriber;
    private readonly Func<SipRequest, CancellationToken, Task<SipResponse>> _request;
    private readonly Action<SubscriberEffect.Notified> _notified;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _changed = new(0);
    private readonly CancellationTokenSource _closing = new();
    private readonly List<SubscriberEffect> _effects = [];
    private readonly List<Task> _sending = [];
    private readonly Action<SubscriberEffect.Ended> _ended;
    private SubscriberEffect.Ended? _lastEnd;
    private Task _running = Task.CompletedTask;

    internal EndpointSubscription(
        EventSubscriberOptions options, Func<SipRequest, CancellationToken, Task<SipResponse>> request, Action<SubscriberEffect.Notified> notified,
        Action<SubscriberEffect.Ended> ended)
    {
        _subscriber = new EventSubscriber(options, SystemEntropy.Instance);
        _request = request;
        _notified = notified;
        _ended = ended;
    }

    /// <summary>Completes when the subscription is over and will not come back; fails with <see cref="ServerRefusedException"/>.</summary>
    public Task Over => _over.Task;

    /// <summary>Told when it is disposed.</summary>
    internal Action? Closed { get; set; }

    internal void Start()
    {
        Do((now, effects) => _subscriber.Start(now, effects));
        _running = RunAsync();
    }

    /// <summary>The answer to a NOTIFY; null when it is not about this subscription.</summary>
    internal SipResponse? Receive(SipRequest notify)
    {
        SipResponse? response = null;
        Do((now, effects) => response = _subscriber.ReceiveNotify(notify, now, effects));
        return response is { Status: 481 } ? null : response;
    }

    /// <summary>Ends the subscription at the server, if it still answers.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
            return;
        if (!_over.Task.IsCompleted)
        {
            Do((now, effects) => _subscriber.Unsubscribe(now, effects));
            await Task.WhenAny(_over.Task, Task.Delay(TimeSpan.FromSeconds(2))).ConfigureAwait(false);
        }
        await _closing.CancelAsync().ConfigureAwait(false);
        _over.TrySetResult();
        Task[] sending;
        lock (_lock)
            sending = [.. _sending];
        await Task.WhenAll([_running, .. sending]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Closed?.Invoke();
    }

    private async Task RunAsync()
    {
        while (!_over.Task.IsCompleted)
        {
            Instant deadline;
            lock (_lock)
                deadline = _subscriber.NextDeadline;
            TimeSpan wait = deadline.IsNever ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Min(deadline.MillisecondsFrom(SystemClock.Now), int.MaxValue));
            try
            {
                if (await _changed.WaitAsync(wait, _closing.Token).ConfigureAwait(false))
                    continue;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            Do((now, effects) => _subscriber.Expire(now, effects));
        }
    }

    private void Do(Action<Instant, ICollection<SubscriberEffect>> step)
    {
        SubscriberEffect[] effects;
        bool over;
        lock (_lock)
        {
            step(SystemClock.Now, _effects);
            effects = [.. _effects];
            _effects.Clear();
            over = _subscriber.IsOver;
            foreach (SubscriberEffect.Send send in effects.OfType<SubscriberEffect.Send>())
                _sending.Add(SendAsync(send.Request));
            _sending.RemoveAll(task => task.IsCompleted);
        }
        foreach (SubscriberEffect.Notified notified in effects.OfType<SubscriberEffect.Notified>())
            _notified(notified);
        foreach (SubscriberEffect.Ended ended in effects.OfType<SubscriberEffect.Ended>())
        {
            _lastEnd = ended;
            _ended(ended);
        }
        if (over && _lastEnd?.Response is { } refusal)
            _over.TrySetException(new ServerRefusedException("the subscription", refusal));
        else if (over)
            _over.TrySetResult();
        _changed.Release();
    }

    private async Task SendAsync(SipRequest request)
    {
        // Not under the caller's lock.
        await Task.Yield();
        try
        {
            SipResponse response = await _request(request, _closing.Token).ConfigureAwait(false);
            Do((now, effects) => _subscriber.ReceiveResponse(response, now, effects));
        }
        catch (ToolException e)
        {
            Do((now, effects) => _subscriber.ReceiveFailure(request, e.Message, now, effects));
        }
        catch (OperationCanceledException)
        {
            // It is being disposed of.
        }
    }
}
