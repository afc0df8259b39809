using System.Globalization;
using System.Threading.Channels;
using MediaEngine.Floor;

namespace MediaEngine.Tool;

/// <summary>
/// A call with a push-to-talk: what the user does goes in, the floor and the samples go out, and a status line follows. What
/// happens is printed by the command's events.
/// </summary>
internal sealed class PushToTalkSession(McxCall call, short[] samples, CommandOutput output)
{
    private static readonly TimeSpan StatusInterval = TimeSpan.FromMilliseconds(500);

    private Task _saying = Task.CompletedTask;
    private bool _pressed;
    private bool _offered;
    private int? _position;
    private DateTimeOffset? _talkEnd;

    /// <summary>How many times the floor was granted.</summary>
    public int Talks { get; private set; }

    /// <summary>Returns when the user quits or the call ends; the call is still to be hung up.</summary>
    /// <param name="actions">What the user does.</param>
    /// <param name="events">Of the call's endpoint, from before the call on.</param>
    public async Task RunAsync(ChannelReader<PushToTalkAction> actions, IAsyncEnumerable<EndpointEvent> events, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Channel<object> inputs = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
        Task[] pumps = [PumpAsync(actions.ReadAllAsync(ending.Token), inputs.Writer), PumpAsync(events, inputs.Writer)];
        try
        {
            while (!call.Ended.IsCompleted)
            {
                Show();
                object? input = await NextAsync(inputs.Reader, ending.Token).ConfigureAwait(false);
                if (input is PushToTalkAction.Quit)
                    break;
                if (input is PushToTalkAction action)
                    Do(action);
                else if (input is EndpointEvent happened)
                    Take(happened, ending.Token);
            }
        }
        finally
        {
            output.Status(string.Empty);
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll([.. pumps, _saying]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task PumpAsync<T>(IAsyncEnumerable<T> source, ChannelWriter<object> sink)
        {
            await foreach (T item in source.WithCancellation(ending.Token).ConfigureAwait(false))
                sink.TryWrite(item!);
        }
    }

    // Null when it is time to show the status again, or the call ended.
    private async Task<object?> NextAsync(ChannelReader<object> inputs, CancellationToken cancellation)
    {
        Task<bool> more = inputs.WaitToReadAsync(cancellation).AsTask();
        Task patience = output.IsTerminal ? Task.Delay(StatusInterval, cancellation) : Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        await Task.WhenAny(more, call.Ended, patience).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return inputs.TryRead(out object? input) ? input : null;
    }

    private void Do(PushToTalkAction action)
    {
        switch (action)
        {
            case PushToTalkAction.Press:
            case PushToTalkAction.Toggle when !_pressed || _offered:
                _pressed = true;
                call.Press();
                break;
            case PushToTalkAction.Release or PushToTalkAction.Toggle:
                _pressed = false;
                call.LetGo();
                break;
            case PushToTalkAction.Cancel:
                _pressed = false;
                _ = call.ReleaseFloorAsync(CancellationToken.None);
                break;
            case PushToTalkAction.Position:
                call.AskQueuePosition();
                break;
        }
    }

    private void Take(EndpointEvent happened, CancellationToken cancellation)
    {
        switch (happened)
        {
            case FloorGranted granted when granted.Group == call.Group:
                _offered = false;
                _talkEnd = granted.Duration_s > 0 ? granted.At.AddSeconds(granted.Duration_s) : null;
                Talks++;
                _saying = SayAsync(_saying, cancellation);
                break;
            case FloorOffered offered when offered.Group == call.Group:
                _offered = true;
                break;
            case FloorQueued queued when queued.Group == call.Group:
                _position = queued.Position;
                break;
            case FloorStateChanged { State: FloorParticipantState.U_HasNoPermission or FloorParticipantState.U_PendingRelease } changed
                when changed.Group == call.Group:
                _pressed = _offered = false;
                break;
        }
    }

    // From the beginning at each press, again and again until the floor is lost or given back.
    private async Task SayAsync(Task before, CancellationToken cancellation)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (await call.SayAsync(samples, cancellation).ConfigureAwait(false))
        {
        }
    }

    private void Show()
    {
        string queue = _position is { } position and <= FloorQueuePosition.Largest
            ? string.Create(CultureInfo.InvariantCulture, $"queued, position {position}")
            : "queued";
        output.Status(call.FloorState switch
        {
            FloorParticipantState.U_HasPermission => Terminal.Bold(_talkEnd is { } end
                ? string.Create(CultureInfo.InvariantCulture, $"YOU TALK, {Math.Max(0, (end - DateTimeOffset.UtcNow).TotalSeconds):0} s left")
                : "YOU TALK"),
            FloorParticipantState.U_PendingRequest => "asking for the floor",
            FloorParticipantState.U_Queued when _offered => Terminal.Bold("YOUR TURN: press Space"),
            FloorParticipantState.U_Queued => $"{queue}; {TalkerText()}",
            _ => TalkerText(),
        });
    }

    private string TalkerText() => call.Talker is { } talker ? $"{Terminal.Plain(talker)} talks" : "nobody talks";
}
