using System.CommandLine;
using System.Text.Json.Nodes;

namespace MediaEngine.Tool;

/// <summary><c>mcx roster</c>: who is in the call of a group.</summary>
internal static class RosterCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var group = new Option<string>("--group") { Description = "Group or regroup whose call the user is in, with this client or another", HelpName = "uri", Required = true };
        var watch = new Option<bool>("--watch") { Description = "Follow the changes until the call ends" };
        var duration = new Option<double?>("--duration") { Description = "Stop following after this many seconds; without it Ctrl-C stops", HelpName = "seconds" };
        return common.Command(
            "roster",
            "Show who is in a group's call that the user is in too, once or live. It joins no call and does not register.",
            "mcx roster --profile alice.yaml --group sip:fire@mcx.example --watch",
            (session, parsed, cancellation) => SubscriptionBody.RunAsync<RosterNotified>(
                session, parsed.GetValue(watch), parsed.GetValue(duration),
                once => session.Endpoint.SubscribeToRoster(parsed.GetValue(group)!, once),
                told => told.Describe(),
                told => new JsonObject { ["group"] = told.Group, ["users"] = new JsonArray([.. told.Users.Select(user => (JsonNode)user)]), ["count"] = told.Count },
                cancellation),
            group, watch, duration);
    }
}
