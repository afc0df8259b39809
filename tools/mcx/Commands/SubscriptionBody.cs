using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace MediaEngine.Tool;

/// <summary>What <c>mcx affiliations</c> and <c>mcx roster</c> have in common: the state once, or for as long as it is watched.</summary>
internal static class SubscriptionBody
{
    private static readonly TimeSpan NotificationLimit = TimeSpan.FromSeconds(40);

    /// <param name="subscribe">Called with true for the state once.</param>
    /// <param name="text">The state as lines for people, the first a summary.</param>
    public static async Task RunAsync<TEvent>(
        CommandSession session, bool watch, double? seconds, Func<bool, EndpointSubscription> subscribe, Func<TEvent, string> text,
        Func<TEvent, JsonObject> fields, CancellationToken cancellation)
        where TEvent : EndpointEvent
    {
        if (watch)
        {
            await WatchAsync(session, seconds, subscribe, cancellation).ConfigureAwait(false);
            return;
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<TEvent> told = session.Endpoint.ExpectAsync<TEvent>(NotificationLimit, cancellation: limit.Token);
        EndpointSubscription subscription = subscribe(true);
        try
        {
            await Task.WhenAny(told, subscription.Over).ConfigureAwait(false);
            if (!told.IsCompleted)
                await subscription.Over.ConfigureAwait(false);
            TEvent state = await told.ConfigureAwait(false);
            session.Result(text(state), fields(state));
        }
        finally
        {
            await limit.CancelAsync().ConfigureAwait(false);
            await ((Task)told).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await subscription.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Events print themselves.
    private static async Task WatchAsync(CommandSession session, double? seconds, Func<bool, EndpointSubscription> subscribe, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (seconds is { } s)
            limit.CancelAfter(TimeSpan.FromSeconds(s));
        EndpointSubscription subscription = subscribe(false);
        string end = "the server ended the subscription";
        try
        {
            await subscription.Over.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // The time is over, or Ctrl-C, which is how watching ends: not an error.
            end = "stopped";
        }
        await subscription.DisposeAsync().ConfigureAwait(false);
        session.Result(end, new JsonObject { ["end"] = end });
    }
}
