using System.Threading.Channels;

namespace MediaEngine.Tool;

/// <summary>Where actions come from: the keys of a terminal, or lines of a script. Ends with <see cref="PushToTalkAction.Quit"/>.</summary>
internal static class PushToTalkInput
{
    public const string Keys = "Space presses and releases, c leaves the queue, p asks for the position, q hangs up";

    private static readonly TimeSpan KeyInterval = TimeSpan.FromMilliseconds(30);

    /// <param name="lines">press, release, cancel, position, quit.</param>
    /// <param name="unknown">Is told of other lines.</param>
    public static ChannelReader<PushToTalkAction> OfLines(TextReader lines, Action<string> unknown)
    {
        Channel<PushToTalkAction> actions = NewChannel();
        // A read of standard input cannot be cancelled, so it has a thread that the process does not wait for.
        new Thread(() =>
        {
            while (lines.ReadLine() is { } line)
            {
                if (line.Trim().Length == 0)
                    continue;
                if (ActionOf(line.Trim()) is { } action)
                    actions.Writer.TryWrite(action);
                else
                    unknown(line.Trim());
            }
            actions.Writer.TryWrite(PushToTalkAction.Quit);
            actions.Writer.Complete();
        })
        { IsBackground = true, Name = "mcx input" }.Start();
        return actions.Reader;
    }

    public static ChannelReader<PushToTalkAction> OfKeys(CancellationToken cancellation)
    {
        Channel<PushToTalkAction> actions = NewChannel();
        _ = PollAsync();
        return actions.Reader;

        async Task PollAsync()
        {
            while (!cancellation.IsCancellationRequested)
            {
                while (Console.KeyAvailable)
                {
                    if (ActionOf(Console.ReadKey(intercept: true)) is { } action)
                        actions.Writer.TryWrite(action);
                }
                await Task.Delay(KeyInterval, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // More than a person does ahead of the program; a script that writes faster waits.
    private static Channel<PushToTalkAction> NewChannel() => Channel.CreateUnbounded<PushToTalkAction>(new UnboundedChannelOptions { SingleReader = true });

    private static PushToTalkAction? ActionOf(string line) => line switch
    {
        "press" => PushToTalkAction.Press,
        "release" => PushToTalkAction.Release,
        "cancel" => PushToTalkAction.Cancel,
        "position" => PushToTalkAction.Position,
        "quit" => PushToTalkAction.Quit,
        _ => null,
    };

    private static PushToTalkAction? ActionOf(ConsoleKeyInfo key) => key.Key switch
    {
        ConsoleKey.Spacebar => PushToTalkAction.Toggle,
        ConsoleKey.C => PushToTalkAction.Cancel,
        ConsoleKey.P => PushToTalkAction.Position,
        ConsoleKey.Q => PushToTalkAction.Quit,
        _ => null,
    };
}
