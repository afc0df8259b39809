using System.CommandLine;
using System.Text.Json.Nodes;

namespace MediaEngine.Tool;

/// <summary><c>mcx listen</c>: register, affiliate, answer calls, write what is heard.</summary>
internal static class ListenCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var groups = new Option<string[]>("--group") { Description = "Affiliate to this group instead of the profile's groups (repeatable)", HelpName = "uri" };
        var duration = new Option<double?>("--duration") { Description = "Stop after this many seconds; without it Ctrl-C stops", HelpName = "seconds" };
        return common.Command(
            "listen",
            "Register, affiliate, answer the calls the server makes and follow them.",
            "mcx listen --profile bob.yaml --out-dir heard",
            async (session, parsed, cancellation) =>
            {
                int calls = 0, bursts = 0;
                Task counting = CountAsync();
                await session.Endpoint.RegisterAsync(cancellation).ConfigureAwait(false);
                string[] asked = parsed.GetValue(groups) ?? [];
                await session.Endpoint.AffiliateAsync(asked.Length > 0 ? asked : session.AffiliatedGroups, cancellation).ConfigureAwait(false);
                try
                {
                    double? seconds = parsed.GetValue(duration);
                    await Task.Delay(seconds is { } s ? TimeSpan.FromSeconds(s) : Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    // Ctrl-C is how listening ends: not an error.
                }
                await session.Endpoint.DisposeAsync().ConfigureAwait(false);
                await counting.ConfigureAwait(false);
                session.Result($"{calls} call(s), {bursts} burst(s) heard", new JsonObject { ["calls"] = calls, ["bursts"] = bursts });

                async Task CountAsync()
                {
                    await foreach (EndpointEvent happened in session.Endpoint.Events(CancellationToken.None).ConfigureAwait(false))
                    {
                        calls += happened is CallUp ? 1 : 0;
                        bursts += happened is BurstReceived ? 1 : 0;
                    }
                }
            },
            groups, common.OutDir, duration);
    }
}
