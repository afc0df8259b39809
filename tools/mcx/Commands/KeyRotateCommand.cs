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
                var before = session.Endpoint.GmkIdsOf(asked).ToHashSet(StringComparer.Ordinal);
                bool member = before.Count > 0 || session.Profile.Groups.Any(known => McIdentity.Normalise(known.Id) == McIdentity.Normalise(asked));
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                Task<GroupKeyInstalled> installed = session.Endpoint.ExpectAsync<GroupKeyInstalled>(
                    TimeSpan.FromSeconds(parsed.GetValue(wait)),
                    key => !before.Contains(key.GmkId) && key.Groups.Any(named => McIdentity.Normalise(named) == McIdentity.Normalise(asked)), waiting.Token);
                await session.Endpoint.RotateKeyAsync(asked, cancellation).ConfigureAwait(false);
                GroupKeyInstalled? key = null;
                if (member)
                    key = await OrNoneAsync(installed).ConfigureAwait(false);
                await waiting.CancelAsync().ConfigureAwait(false);
                await ((Task)installed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                session.Result(Describe(asked, member, key), new JsonObject
                {
                    ["group"] = asked,
                    ["gmkId"] = key?.GmkId,
                    ["activation"] = key?.Activation?.ToString("O", CultureInfo.InvariantCulture),
                });
            },
            group, wait);
    }

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
        null when member => $"{group} gets a new key; it has not come to this client yet",
        null => $"{group} gets a new key; this client is not a member and does not see it",
    };
}
