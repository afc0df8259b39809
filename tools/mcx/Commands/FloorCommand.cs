using System.CommandLine;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using MediaEngine.Server;

namespace MediaEngine.Tool;

/// <summary><c>mcx floor</c>: who talks and who waits in a server's calls.</summary>
internal static class FloorCommand
{
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(500);

    // The server keeps the newest for who shows more slowly than that.
    private const int MaxUnshown = 16;

    public static Command Create()
    {
        var server = new Option<string>("--server")
        {
            Description = "The server's operator.socket",
            HelpName = "path",
            DefaultValueFactory = _ => Path.Combine(DataFolder.DefaultName, DataFolder.OperatorSocketName),
        };
        var group = new Option<string?>("--group") { Description = "Follow the call of this group until it ends", HelpName = "uri" };
        var watch = new Option<bool>("--watch") { Description = "Follow all calls, and those to come" };
        var duration = new Option<double?>("--duration") { Description = "Stop following after this many seconds; without it Ctrl-C stops", HelpName = "seconds" };
        return new ExampleCommand(
            "floor",
            "Show who talks, who waits and what was decided in the calls of a server on this machine, once or live.",
            "mcx floor --server mediaengine-data/operator.sock --group sip:fire@mcx.example")
        {
            server,
            group,
            watch,
            duration,
        }.WithBody(CommandBody.JsonOption(), async (parsed, output, cancellation) =>
        {
            if (parsed.GetValue(group) is not null && parsed.GetValue(watch))
                throw new ToolException("give --group to follow one call or --watch to follow all, not both.");
            using var client = new OperatorClient(parsed.GetValue(server)!);
            if (parsed.GetValue(group) is null && !parsed.GetValue(watch))
                await ListAsync(client, output, cancellation).ConfigureAwait(false);
            else
                await FollowAsync(client, parsed.GetValue(group), parsed.GetValue(duration), output, cancellation).ConfigureAwait(false);
        });
    }

    private static async Task ListAsync(OperatorClient client, CommandOutput output, CancellationToken cancellation)
    {
        OperatorCallList list = await client.ReadCallsAsync(cancellation).ConfigureAwait(false);
        new FloorView(output).List(list);
        output.Result(
            $"{list.Calls.Count} call(s){(list.Unlisted > 0 ? $", {list.Unlisted} more are not shown" : "")}",
            new JsonObject { ["calls"] = list.Calls.Count, ["unlisted"] = list.Unlisted });
    }

    private static async Task FollowAsync(OperatorClient client, string? group, double? seconds, CommandOutput output, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (seconds is { } s)
            limit.CancelAfter(TimeSpan.FromSeconds(s));
        var floors = Channel.CreateBounded<OperatorFloor>(MaxUnshown);
        Task reading = ReadAsync();
        var view = new FloorView(output);
        int shown = 0;
        string end = group is null ? "the server ended" : $"the call {group} ended";
        try
        {
            view.Draw();
            while (await MoreAsync().ConfigureAwait(false))
            {
                while (floors.Reader.TryRead(out OperatorFloor? floor))
                {
                    view.Take(floor);
                    shown++;
                }
                view.Draw();
            }
            await reading.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // The time is over, or Ctrl-C, which is how watching ends: not an error.
            end = "stopped";
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        output.Result(end, new JsonObject { ["floors"] = shown });

        async Task ReadAsync()
        {
            try
            {
                await foreach (OperatorFloor floor in client.FollowAsync(group, limit.Token).ConfigureAwait(false))
                    await floors.Writer.WriteAsync(floor, limit.Token).ConfigureAwait(false);
            }
            finally
            {
                floors.Writer.Complete();
            }
        }

        // On a terminal also when nothing came: the times run.
        async Task<bool> MoreAsync()
        {
            Task<bool> more = floors.Reader.WaitToReadAsync(limit.Token).AsTask();
            if (output.IsTerminal)
            {
                while (await Task.WhenAny(more, Task.Delay(RedrawInterval, CancellationToken.None)).ConfigureAwait(false) != more)
                    view.Draw();
            }
            return await more.ConfigureAwait(false);
        }
    }
}
