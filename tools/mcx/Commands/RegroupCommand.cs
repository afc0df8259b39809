using System.CommandLine;
using System.Text.Json.Nodes;

namespace MediaEngine.Tool;

/// <summary><c>mcx regroup create</c> and <c>mcx regroup cancel</c>.</summary>
internal static class RegroupCommand
{
    public static Command Create() =>
        new("regroup", "Form and cancel regroups that use a preconfigured group (TS 23.280 10.15).") { CreateRegroup(), CancelRegroup() };

    private static Option<string> Regroup() =>
        new("--regroup") { Description = "Identity of the regroup", HelpName = "uri", Required = true };

    private static Command CreateRegroup()
    {
        var common = new CommonOptions();
        Option<string> regroup = Regroup();
        var preconfigured = new Option<string>("--preconfigured") { Description = "Group whose configuration and keys are borrowed", HelpName = "uri", Required = true };
        var groups = new Option<string[]>("--group") { Description = "Group to regroup (repeatable)", HelpName = "uri" };
        var users = new Option<string[]>("--user") { Description = "User to regroup (repeatable); not together with --group", HelpName = "uri" };
        Command command = common.Command(
            "create",
            "Form a regroup of groups or of users.",
            "mcx regroup create --profile alice.yaml --regroup sip:incident-7@mcx.example --preconfigured sip:major@mcx.example --group sip:fire@mcx.example --group sip:rail@mcx.example",
            async (session, parsed, cancellation) =>
            {
                string uri = parsed.GetValue(regroup)!;
                await session.Endpoint.RegisterAsync(cancellation).ConfigureAwait(false);
                await session.Endpoint.CreateRegroupAsync(
                    uri, parsed.GetValue(preconfigured)!, parsed.GetValue(groups) ?? [], parsed.GetValue(users) ?? [], cancellation).ConfigureAwait(false);
                session.Result($"regroup {uri} formed", new JsonObject { ["regroup"] = uri });
            },
            regroup, preconfigured, groups, users);
        command.Validators.Add(result =>
        {
            bool hasGroups = result.GetValue(groups) is { Length: > 0 }, hasUsers = result.GetValue(users) is { Length: > 0 };
            if (hasGroups == hasUsers)
                result.AddError("Give --group at least once, or --user at least once, and not both.");
        });
        return command;
    }

    private static Command CancelRegroup()
    {
        var common = new CommonOptions();
        Option<string> regroup = Regroup();
        return common.Command(
            "cancel",
            "Cancel a regroup.",
            "mcx regroup cancel --profile alice.yaml --regroup sip:incident-7@mcx.example",
            async (session, parsed, cancellation) =>
            {
                string uri = parsed.GetValue(regroup)!;
                await session.Endpoint.RegisterAsync(cancellation).ConfigureAwait(false);
                await session.Endpoint.CancelRegroupAsync(uri, cancellation).ConfigureAwait(false);
                session.Result($"regroup {uri} cancelled", new JsonObject { ["regroup"] = uri });
            },
            regroup);
    }
}
