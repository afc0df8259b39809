using System.Globalization;
using MediaEngine.Floor;

namespace MediaEngine.Mcx;

/// <summary>The parameters of the floor control line (TS 24.380 12.1.2, 14) and what they make of a participant.</summary>
internal static class FloorNegotiation
{
    private const string FloorSsrc = "mc_floor_ssrc";
    private const string Granted = "mc_granted";
    private const string ImplicitRequest = "mc_implicit_request";
    private const string Priority = "mc_priority";
    private const string Queueing = "mc_queueing";
    private const string AudioSsrc = "mc_ssrc";

    /// <summary>The line's attributes in an offer to a member.</summary>
    public static string[] Offer(CallLeg leg)
    {
        FloorPolicy policy = leg.Call.Configuration.FloorPolicy;
        var parameters = new List<string>();
        if (Queues(policy))
            parameters.Add(Queueing);
        if (!policy.AudioCutIn)
            parameters.Add(Value(Priority, leg.UserPriority));
        if (leg.ServerSsrc != 0)
            parameters.Add(Value(FloorSsrc, leg.ServerSsrc));
        return Attributes(parameters);
    }

    /// <summary>The line's attributes in the answer to a client's offer: none that was not offered (14.3.1).</summary>
    public static string[] Answer(CallLeg leg, MediaDescription offered, bool implicitRequest, bool granted)
    {
        FloorPolicy policy = leg.Call.Configuration.FloorPolicy;
        IReadOnlyDictionary<string, string?> asked = offered.FloorParameters;
        var parameters = new List<string>();
        if (asked.ContainsKey(Queueing) && Queues(policy))
            parameters.Add(Queueing);
        if (NegotiatedPriority(leg, asked) is { } priority)
            parameters.Add(Value(Priority, priority));
        if (granted)
            parameters.Add(Granted);
        if (implicitRequest)
            parameters.Add(ImplicitRequest);
        if (asked.ContainsKey(FloorSsrc) && leg.ServerSsrc != 0)
            parameters.Add(Value(FloorSsrc, leg.ServerSsrc));
        return Attributes(parameters);
    }

    public static bool AsksForFloor(SessionDescription remote) => Has(remote, ImplicitRequest);

    public static bool TakesGrantInAnswer(SessionDescription remote) => Has(remote, Granted);

    public static bool NamesFloorSsrc(SessionDescription remote) => Has(remote, FloorSsrc);

    /// <summary>The client's own audio SSRC, 0 when it did not say.</summary>
    public static uint AudioSsrcOf(SessionDescription? remote) => Ssrc(remote, AudioSsrc);

    /// <summary>The SSRC of the client's floor control messages, 0 when it did not say.</summary>
    public static uint FloorSsrcOf(SessionDescription? remote) => Ssrc(remote, FloorSsrc);

    /// <summary>What floor control has to know of the leg; its remote description is there.</summary>
    public static FloorParticipantProfile ProfileOf(CallLeg leg)
    {
        IReadOnlyDictionary<string, string?> parameters = leg.Remote!.FloorControl!.FloorParameters;
        return new FloorParticipantProfile
        {
            McpttId = leg.User.McpttId,
            QueueingNegotiated = parameters.ContainsKey(Queueing) && Queues(leg.Call.Configuration.FloorPolicy),
            NegotiatedPriority = NegotiatedPriority(leg, parameters),
            ReceiveOnly = leg.Member?.ReceiveOnly == true,
            MayRevoke = leg.Member?.MayRevoke == true,
            MayCancelQueued = leg.Member?.MayCancelQueued == true,
            MayClaimEmergency = leg.User.AllowEmergencyGroupCall,
            MayClaimImminentPeril = leg.User.AllowImminentPerilCall,
            PrivacyRequested = leg.PrivacyRequested,
            LocationConsent = leg.User.AllowLocationInfoWhenTalking,
            GrantInAnswer = leg.GrantInAnswer,
            AudioSsrc = AudioSsrcOf(leg.Remote),
        };
    }

    // With audio cut-in neither parameter means anything (14.1).
    private static bool Queues(FloorPolicy policy) => policy is { Queueing: true, AudioCutIn: false };

    // The smaller of what was asked for and what the group document gives (14.3.3).
    private static byte? NegotiatedPriority(CallLeg leg, IReadOnlyDictionary<string, string?> asked)
    {
        if (leg.Call.Configuration.FloorPolicy.AudioCutIn || !asked.TryGetValue(Priority, out string? text))
            return null;
        return byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out byte wanted)
            ? Math.Min(wanted, leg.UserPriority)
            : leg.UserPriority;
    }

    private static bool Has(SessionDescription remote, string name) =>
        remote.FloorControl?.FloorParameters.ContainsKey(name) == true;

    private static uint Ssrc(SessionDescription? remote, string name) =>
        uint.TryParse(remote?.FloorControl?.FloorParameters.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out uint ssrc)
            ? ssrc
            : 0;

    private static string Value(string name, uint value) => string.Create(CultureInfo.InvariantCulture, $"{name}={value}");

    private static string[] Attributes(List<string> parameters) =>
        parameters.Count == 0 ? [] : [$"fmtp:MCPTT {string.Join(';', parameters)}"];
}
