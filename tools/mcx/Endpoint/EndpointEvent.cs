using MediaEngine.Floor;
using MediaEngine.Mcx;

namespace MediaEngine.Tool;

/// <summary>Something that happened to an <see cref="McxEndpoint"/>. The type's name is the event's name in <c>--json</c> output.</summary>
public abstract record EndpointEvent
{
    /// <summary>UTC.</summary>
    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;
}

/// <param name="AddressOfRecord">The SIP user.</param>
/// <param name="Expires_s">How long the registration holds.</param>
public sealed record Registered(string AddressOfRecord, int Expires_s) : EndpointEvent;

/// <param name="Groups">The groups the client is now affiliated to.</param>
public sealed record Affiliated(IReadOnlyList<string> Groups) : EndpointEvent;

/// <summary>The server told affiliations that are subscribed to: of a user's clients, or to a group.</summary>
/// <param name="Entity">The user or the group.</param>
public sealed record AffiliationsNotified(string Entity, IReadOnlyList<AffiliationTuple> Tuples) : EndpointEvent
{
    /// <summary>For people.</summary>
    public string Describe() => $"{Entity}: {(Tuples.All(tuple => tuple.Entries.Count == 0) ? "no affiliation" : string.Join("; ", Tuples.Where(tuple => tuple.Entries.Count > 0).Select(DescribeTuple)))}";

    private static string DescribeTuple(AffiliationTuple tuple) =>
        $"{tuple.Id}{string.Concat(tuple.Entries.Select(entry => $" {entry.Group ?? entry.Client}{(entry.Status == AffiliationState.Affiliated ? "" : $" ({entry.Status})")}"))}";
}

/// <summary>The server told who is in a call.</summary>
/// <param name="Users">MCPTT IDs, or anonymous ones.</param>
/// <param name="Count">How many there are, also when not all are listed.</param>
public sealed record RosterNotified(string Group, IReadOnlyList<string> Users, int Count) : EndpointEvent
{
    /// <summary>For people.</summary>
    public string Describe() => $"{Group}: {Count} in the call: {string.Join(", ", Users)}";
}

/// <summary>A subscription is over, or none came to be.</summary>
/// <param name="Package">presence or conference.</param>
/// <param name="Reason">The notifier's (RFC 6665 4.1.3), or what happened.</param>
/// <param name="Again">It is tried again.</param>
public sealed record SubscriptionEnded(string Package, string Reason, bool Again) : EndpointEvent;

/// <summary>The server told of a regroup, created or removed; it was answered 200.</summary>
/// <param name="PreconfiguredGroup">The group whose configuration and keys are borrowed; null on removal when not told.</param>
public sealed record RegroupNotified(
    RegroupAction Action, string RegroupUri, string? PreconfiguredGroup, IReadOnlyList<string> Groups, IReadOnlyList<string> Users)
    : EndpointEvent;

/// <summary>The server took the CSK that this client made.</summary>
public sealed record ClientServerKeyUploaded(string CskId) : EndpointEvent;

/// <summary>A group key is held: it came from the group management server, or was kept from before.</summary>
/// <param name="Activation">From when media is sent under it; null is at once.</param>
/// <param name="Expiry">Until when it applies; null is until further notice.</param>
/// <param name="Renewed">The key was held already.</param>
public sealed record GroupKeyInstalled(
    string GmkId, IReadOnlyList<string> Groups, DateTimeOffset? Activation, DateTimeOffset? Expiry, bool Renewed) : EndpointEvent;

/// <summary>The group management server withdrew a group key.</summary>
public sealed record GroupKeyRevoked(string GmkId) : EndpointEvent;

/// <summary>A group key's time is over.</summary>
public sealed record GroupKeyRetired(string GmkId) : EndpointEvent;

/// <summary>A key message changed nothing.</summary>
/// <param name="Error">Name of the <see cref="Keys.MikeyError"/>, as it was answered.</param>
public sealed record KeyMessageRefused(string Error, string Reason) : EndpointEvent;

/// <summary>The server invited this client to a call.</summary>
public sealed record Invited(string Group, string? CallingUser, bool Broadcast, bool Accepted, string? Reason) : EndpointEvent;

/// <param name="Outgoing">True when this client placed the call.</param>
public sealed record CallUp(string Group, bool Outgoing) : EndpointEvent;

/// <summary>The server told of a multicast bearer, and the client has joined its general purpose subchannel.</summary>
public sealed record BearerAnnounced(string Tmgi, string GeneralPurpose) : EndpointEvent;

/// <summary>The server knows that the client listens to the bearer.</summary>
public sealed record BearerListened(string Tmgi) : EndpointEvent;

/// <summary>The client has left the bearer.</summary>
public sealed record BearerLeft(string Tmgi) : EndpointEvent;

/// <summary>A call's group is mapped to the bearer, and the server knows that the client listens there.</summary>
public sealed record SubchannelListened(string Group, string Media, string Floor) : EndpointEvent;

/// <summary>A call's group is not mapped to the bearer any more.</summary>
public sealed record SubchannelLeft(string Group) : EndpointEvent;

/// <summary>A group's key for floor control by multicast (MuSiK or MKFC) is held. Members as of <see cref="GroupKeyInstalled"/>.</summary>
public sealed record FloorKeyInstalled(
    string KeyId, IReadOnlyList<string> Groups, DateTimeOffset? Activation, DateTimeOffset? Expiry, bool Renewed) : EndpointEvent;

/// <summary>The floor participant machine changed its state (TS 24.380 6.2.4).</summary>
public sealed record FloorStateChanged(string Group, FloorParticipantState State) : EndpointEvent;

/// <summary>The floor is this client's: it may talk.</summary>
/// <param name="Duration_s">For how long; 0 when the server did not tell.</param>
public sealed record FloorGranted(string Group, int Duration_s) : EndpointEvent
{
    /// <summary>Another talker keeps the floor meanwhile (dual floor).</summary>
    public bool Overriding { get; init; }
}

/// <summary>The request that waited in the queue has its turn, and the button is not pressed: press it to take it.</summary>
public sealed record FloorOffered(string Group) : EndpointEvent;

/// <param name="Cause">Reject cause (TS 24.380 8.2.3.4).</param>
/// <param name="Phrase">What the server said to it, or else what the cause means.</param>
public sealed record FloorDenied(string Group, int Cause, string Phrase) : EndpointEvent;

/// <param name="Cause">Revoke cause (TS 24.380 8.2.3.4).</param>
/// <param name="Phrase">What the server said to it, or else what the cause means.</param>
public sealed record FloorRevoked(string Group, int Cause, string Phrase) : EndpointEvent;

/// <summary>The floor request, or the place in the queue, got no answer.</summary>
public sealed record FloorRequestTimedOut(string Group) : EndpointEvent;

/// <summary>An authorised user took this client's floor request out of the queue.</summary>
public sealed record FloorRequestCancelled(string Group) : EndpointEvent;

/// <summary>What became of taking floor requests of others out of the queue.</summary>
/// <param name="Result">Response state (TS 24.380 8.2.3.25): 0 = all removed, 2 = nobody waited, 3 = they did not wait, 5 = some did.</param>
public sealed record QueueCancelled(string Group, int Result) : EndpointEvent;

/// <summary>The call is as urgent as this from now on, as far as this client asked for it.</summary>
public sealed record CallUrgencyChanged(string Group, CallUrgency Urgency) : EndpointEvent;

/// <param name="Position">Position in the queue; 254 = not queued, 255 = not disclosed.</param>
public sealed record FloorQueued(string Group, int Position) : EndpointEvent;

/// <summary>Another participant talks, or, with null, nobody does.</summary>
public sealed record TalkerChanged(string Group, string? Talker) : EndpointEvent
{
    /// <summary>All that talk, as far as they were named.</summary>
    public IReadOnlyList<string> Talkers { get; init; } = [];

    /// <summary>This client keeps talking, but another one overrides it (dual floor).</summary>
    public bool Overridden { get; init; }
}

/// <summary>A burst of speech was heard to its end.</summary>
/// <param name="File">The WAV file it was written to, or null.</param>
public sealed record BurstReceived(string Group, HeardBurst Burst, string? File) : EndpointEvent;

/// <param name="ByPeer">True when the server ended it.</param>
public sealed record CallEnded(string Group, bool ByPeer, string? Reason) : EndpointEvent;

/// <summary>Something was dropped or refused that a person may want to know about.</summary>
public sealed record EndpointWarning(string Text) : EndpointEvent;
