using System.CommandLine;
using System.Text.Json.Nodes;

namespace MediaEngine.Tool;

/// <summary><c>mcx affiliations</c>: to which groups a user, or who to a group, is affiliated.</summary>
internal static class AffiliationsCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var of = new Option<string?>("--of") { Description = "Another user, or a group whose affiliated users are wanted; without it the profile's user", HelpName = "uri" };
        var watch = new Option<bool>("--watch") { Description = "Follow the changes" };
        var duration = new Option<double?>("--duration") { Description = "Stop following after this many seconds; without it Ctrl-C stops", HelpName = "seconds" };
        return common.Command(
            "affiliations",
            "Show the groups that a user's clients are affiliated to, or who is affiliated to a group, once or live.",
            "mcx affiliations --profile dispatcher.yaml --of sip:bob@mcx.example --watch",
            (session, parsed, cancellation) => SubscriptionBody.RunAsync<AffiliationsNotified>(
                session, parsed.GetValue(watch), parsed.GetValue(duration),
                once => session.Endpoint.SubscribeToAffiliations(parsed.GetValue(of), once),
                told => told.Describe(),
                told => new JsonObject
                {
                    ["entity"] = told.Entity,
                    ["affiliations"] = new JsonArray([.. told.Tuples.SelectMany(tuple => tuple.Entries.Select(entry => (JsonNode)new JsonObject
                    {
                        ["id"] = tuple.Id,
                        ["group"] = entry.Group,
                        ["client"] = entry.Client,
                        ["status"] = entry.Status,
                    }))]),
                },
                cancellation),
            of, watch, duration);
    }
}
