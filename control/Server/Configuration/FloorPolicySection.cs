using System.Text;
using MediaEngine.Floor;

namespace MediaEngine.Server;

/// <summary>Reads <c>groups[].floor</c>; the names are those of the configuration documents (TS 24.380 11, 24.484) in lower case.</summary>
internal static class FloorPolicySection
{
    private const string AudioCutIn = "audio-cut-in";
    private const string DualFloor = "dual-floor";
    private const string DualFloorListeners = "dual-floor-listeners";
    private const string MaxTalkers = "max-talkers";
    private const string Queueing = "queueing";

    /// <summary>What the length octet of a floor control field can say (TS 24.380 8.1.3).</summary>
    private const int MaxField_bytes = 255;

    private enum AcknowledgedMessages
    {
        Off,
        Answers,
        All,
    }

    /// <param name="floor">Null: the defaults.</param>
    public static FloorPolicy Read(YamlSection? floor)
    {
        var defaults = new FloorPolicy();
        if (floor is null)
            return defaults;
        FloorPolicy policy = Timers(floor, defaults) with
        {
            Queueing = floor.Boolean(Queueing, defaults.Queueing),
            QueueDepth = floor.Integer("queue-depth", defaults.QueueDepth, 1, 253),
            MaxQueueTime = floor.Seconds("max-user-request-time", defaults.MaxQueueTime, 0, 3600),
            DefaultPriority = (byte)floor.Integer("default-priority", defaults.DefaultPriority, 0, 255),
            MaxTalkers = floor.Integer(MaxTalkers, defaults.MaxTalkers, 1, FloorPolicy.LargestMaxTalkers),
            DualFloor = floor.Boolean(DualFloor, missing: false),
            DualFloorListeners = floor.Choice(DualFloorListeners, defaults.DualFloorListeners),
            AudioCutIn = floor.Boolean(AudioCutIn, missing: false),
            AnonymousIdentity = floor.Optional("anonymous-identity") ?? defaults.AnonymousIdentity,
        };
        policy = Acknowledgements(floor, policy);
        Check(floor, policy);
        floor.RefuseUnknown();
        return policy;
    }

    private static FloorPolicy Timers(YamlSection floor, FloorPolicy defaults) => defaults with
    {
        T1 = floor.Seconds("t1-end-of-rtp-media", defaults.T1, 0.1, 6),
        T2 = floor.Seconds("t2-stop-talking", defaults.T2, 1, 3600),
        T3 = floor.Seconds("t3-stop-talking-grace", defaults.T3, 0, 60),
        T4 = floor.Seconds("t4-hang-timer", defaults.T4, 1, 86400),
        T7 = floor.Seconds("t7-floor-idle", defaults.T7, 0.1, 60),
        T8 = floor.Seconds("t8-floor-revoke", defaults.T8, 0.1, 60),
        T9 = floor.Seconds("t9-retry-after", defaults.T9, 0, 3600),
        T11 = floor.Seconds("t11-end-of-rtp-dual", defaults.T11, 0.1, 6),
        T12 = floor.Seconds("t12-stop-talking-dual", defaults.T12, 1, 3600),
        T20 = floor.Seconds("t20-floor-granted", defaults.T20, 0.1, 60),
        C7 = floor.Integer("c7-floor-idle", defaults.C7, 1, 1000),
        C8 = floor.Integer("c8-floor-revoke", defaults.C8, 1, 1000),
        C20 = floor.Integer("c20-floor-granted", defaults.C20, 1, 1000),
        MediaInFlight = floor.Seconds("media-in-flight", defaults.MediaInFlight, 0, 5),
    };

    private static FloorPolicy Acknowledgements(YamlSection floor, FloorPolicy policy)
    {
        AcknowledgedMessages asked = floor.Choice("request-ack", AcknowledgedMessages.Off);
        return policy with
        {
            RequestAck = asked != AcknowledgedMessages.Off,
            RequestAckFromAll = asked == AcknowledgedMessages.All,
            AckTime = floor.Seconds("ack-time", policy.AckTime, 0.05, 60),
            AckAttempts = floor.Integer("ack-attempts", policy.AckAttempts, 1, 100),
        };
    }

    private static void Check(YamlSection floor, FloorPolicy policy)
    {
        if (policy.DualFloor && policy.AudioCutIn)
            throw floor.Wrong(DualFloor, $"and {AudioCutIn} exclude each other; set one of them");
        if (policy.MaxTalkers > 1 && (policy.DualFloor || policy.AudioCutIn))
            throw floor.Wrong(MaxTalkers, $"above 1 and {(policy.DualFloor ? DualFloor : AudioCutIn)} exclude each other; set one of them");
        if (policy.AudioCutIn && floor.Optional(Queueing) is not null && policy.Queueing)
            throw floor.Wrong(Queueing, $"and {AudioCutIn} exclude each other: who asks is never made to wait; leave {Queueing} out");
        if (floor.Optional(DualFloorListeners) is not null && !policy.DualFloor)
            throw floor.Wrong(DualFloorListeners, $"says nothing without {DualFloor}; set {DualFloor}: true too");
        if (Encoding.UTF8.GetByteCount(policy.AnonymousIdentity) > MaxField_bytes)
            throw floor.Wrong("anonymous-identity", $"is longer than {MaxField_bytes} octets");
    }
}
