using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using MediaEngine.Mcx;

namespace MediaEngine.Tool;

/// <summary><c>mcx key rotate</c>: a new GMK for a group.</summary>
internal static class KeyRotateCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var group = new Option<string>("--group") { Description = "Group that gets a new key", HelpName = "uri", Required = true };
        var wait = new Option<double>("--wait") { Description = "Seconds to wait for the new key, when this client is a member of the group", HelpName = "seconds", DefaultValueFactory = _ => 5 };
        return common.Command(
            "rotate",
            "Ask the group management server for a new key (GMK) of a group. The members get it by themselves.",
            "mcx key rotate --profile dispatcher.yaml --group sip:fire@mcx.example",
            async (session, parsed, cancellation) =>
            {
                string asked = parsed.GetValue(group)!;
                await session.Endpoint.RegisterAsync(cancellation).ConfigureAwait(false);
                var limit = TimeSpan.FromSeconds(parsed.GetValue(wait));
                bool member = session.Profile.Groups.Any(known => IsSame(known.Id, asked)) || session.Endpoint.HoldsKeyOf(asked);
                // The key in force comes after registration too, and must not be taken for the new one.
                if (member)
                    await session.Endpoint.WaitForKeyAsync(asked, limit, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellation.ThrowIfCancellationRequested();
                var before = session.Endpoint.GmkIdsOf(asked).ToHashSet(StringComparer.Ordinal);
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                Task<GroupKeyInstalled> installed = session.Endpoint.ExpectAsync<GroupKeyInstalled>(
                    limit, key => !before.Contains(key.GmkId) && key.Groups.Any(named => IsSame(named, asked)), waiting.Token);
                GroupKeyInstalled? key = null;
                try
                {
                    await session.Endpoint.RotateKeyAsync(asked, cancellation).ConfigureAwait(false);
                    if (member)
                        key = await OrNoneAsync(installed).ConfigureAwait(false);
                }
                finally
                {
                    await waiting.CancelAsync().ConfigureAwait(false);
                    await ((Task)installed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
                session.Result(Describe(asked, member, key), new JsonObject
                {
                    ["group"] = asked,
                    ["gmkId"] = key?.GmkId,
                    ["activation"] = key?.Activation?.ToString("O", CultureInfo.InvariantCulture),
                });
            },
            group, wait);
    }

    private static bool IsSame(string left, string right) => McIdentity.Normalise(left) == McIdentity.Normalise(right);

    private static async Task<GroupKeyInstalled?> OrNoneAsync(Task<GroupKeyInstalled> installed)
    {
        try
        {
            return await installed.ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static string Describe(string group, bool member, GroupKeyInstalled? key) => key switch
    {
        { Activation: { } activation } => string.Create(CultureInfo.InvariantCulture, $"{group} gets a new key: GMK {key.GmkId}, in force from {activation:yyyy-MM-dd HH:mm:ss} UTC"),
        { } => $"{group} has a new key: GMK {key.GmkId}",
        null when member => $"{group} gets a new key; none has come to this client yet that it does not hold already",
        null => $"{group} gets a new key; this client is not a member and does not see it",
    };
}
