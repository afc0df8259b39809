using System.CommandLine;
using System.Text.Json.Nodes;

namespace MediaEngine.Tool;

/// <summary><c>mcx affiliate</c>.</summary>
internal static class AffiliateCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var groups = new Option<string[]>("--group") { Description = "Group to affiliate to (repeatable)", HelpName = "uri" };
        var none = new Option<bool>("--none") { Description = "De-affiliate from every group" };
        Command command = common.Command(
            "affiliate",
            "Set the groups the client is affiliated to; they replace those it was affiliated to before.",
            "mcx affiliate --profile bob.yaml --group sip:fire@mcx.example --group sip:rail@mcx.example",
            async (session, parsed, cancellation) =>
            {
                string[] asked = parsed.GetValue(groups) ?? [];
                await session.Endpoint.RegisterAsync(cancellation).ConfigureAwait(false);
                await session.Endpoint.AffiliateAsync(asked, cancellation).ConfigureAwait(false);
                session.Result(
                    asked.Length == 0 ? "affiliated to no group" : $"affiliated to {asked.Length} group(s)",
                    new JsonObject { ["groups"] = new JsonArray([.. asked.Select(uri => (JsonNode)uri)]) });
            },
            groups, none);
        command.Validators.Add(result =>
        {
            if (result.GetValue(none) == (result.GetValue(groups) is { Length: > 0 }))
                result.AddError("Give --group at least once, or --none, and not both.");
        });
        return command;
    }
}
