using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>Event conference (TS 24.379 10.1.3.4, RFC 4575): who is in a group call, for those who are in it.</summary>
internal sealed class ConferenceEvents(McContext context) : McEventPackage(context.Options.Events)
{
    /// <summary>In one document: more would not fit into a SIP message.</summary>
    public const int MaxUsers = 250;

    public override string Name => "conference";

    public override IReadOnlyList<string> ContentTypes { get; } = [Mcx.ContentTypes.ConferenceInfo];

    /// <summary>The name of a call among resources.</summary>
    public static string ResourceOf(GroupCall call) => McIdentity.Normalise(call.SessionUri)!;

    public static bool IsIn(GroupCall call, string mcpttId) =>
        call.Legs.Any(leg => leg.McpttId == mcpttId && leg.State == CallLegState.Established);

    public override (string Resource, SubscriberContext Context)? Authorise(
        SipRequest subscribe, McUser user, RequestBodies bodies, Action<McxWarning, string> refuse)
    {
        string? group = McIdentity.Normalise(bodies.Info?.RequestUri);
        if (Find(McIdentity.Normalise(subscribe.RequestUri), group) is not { } call || (group is not null && group != call.GroupId))
        {
            refuse(McxWarning.CallDoesNotExist, $"there is no call {subscribe.RequestUri} on {group}");
            return null;
        }
        if (call.IsBroadcast)
        {
            refuse(McxWarning.SubscriptionInBroadcast, $"{call.GroupId} has a broadcast call");
            return null;
        }
        if (!call.Configuration.AllowConferenceState || !IsIn(call, McIdentity.Normalise(user.McpttId)!))
        {
            refuse(McxWarning.ConferenceStateNotAllowed, $"{call.GroupId} does not allow it, or the user is not in the call");
            return null;
        }
        return (ResourceOf(call), new RosterContext(call, withInfo: bodies.Info is not null));
    }

    // No call outlives the process.
    public override SubscriberContext? Restore(string resource) => null;

    public override EventBody? StateOf(EventSubscription subscription, bool full, Instant now)
    {
        if (subscription.Context is not RosterContext roster || roster.Call.Released || !IsIn(roster.Call, subscription.Subscriber))
            return null;
        GroupCall call = roster.Call;
        ConferenceUser[] users = UsersOf(call);
        ConferenceUser[] told = full ? users : roster.ChangedAmong(users);
        roster.Told = users;
        var info = new ConferenceInfo
        {
            Entity = call.SessionUri,
            Version = ++roster.Version,
            IsPartial = !full,
            Subject = full ? call.GroupId : null,
            UserCount = call.Legs.Where(leg => leg.State == CallLegState.Established).DistinctBy(EntityOf).Count(),
            Users = told,
        };
        if (!roster.WithInfo)
            return new EventBody(Mcx.ContentTypes.ConferenceInfo, info.Serialise());
        byte[] both = MultipartBody.Compose(
            [
                new MimePart(Mcx.ContentTypes.ConferenceInfo, info.Serialise()),
                new MimePart(Mcx.ContentTypes.McpttInfo, new McpttInfo { CallingGroupId = call.GroupId }.Serialise()),
            ], out string contentType);
        return new EventBody(contentType, both);
    }

    // The session identity; or the server's, and the group alone tells which.
    private GroupCall? Find(string? requestUri, string? group) => requestUri == McIdentity.Normalise(context.Options.ServerUri)
        ? group is null ? null : context.State.CallsByGroup.GetValueOrDefault(group)
        : context.State.CallsByNumber.Values.FirstOrDefault(call => ResourceOf(call) == requestUri);

    private static ConferenceUser[] UsersOf(GroupCall call) =>
    [
        .. call.Legs.Where(leg => leg.State == CallLegState.Established).GroupBy(EntityOf).Take(MaxUsers).Select(user => new ConferenceUser(
            user.Key, [.. user.Select(leg => leg.PrivacyRequested ? user.Key : leg.ClientId)])),
    ];

    // RFC 4575 5.6: somebody is there, but not who.
    private static string EntityOf(CallLeg leg) =>
        leg.PrivacyRequested ? $"sip:anonymous{leg.Number}@anonymous.invalid" : leg.User.McpttId;
}
