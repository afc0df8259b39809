using MediaEngine.Floor;
using MediaEngine.Mcx;
using MediaEngine.Server;

namespace MediaEngine.Control.Tests.Server;

public sealed class FloorPolicySectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_policy_timer_and_counter_is_read()
    {
        FloorPolicy read = Load("""
            queueing: yes
            queue-depth: 7
            max-user-request-time: 9.5
            default-priority: 3
            dual-floor: true
            dual-floor-listeners: overriding
            t1-end-of-rtp-media: 1.1
            t2-stop-talking: 1.2
            t3-stop-talking-grace: 1.3
            t4-hang-timer: 1.4
            t7-floor-idle: 1.7
            t8-floor-revoke: 1.8
            t9-retry-after: 1.9
            t11-end-of-rtp-dual: 2.1
            t12-stop-talking-dual: 2.2
            t20-floor-granted: 2.3
            c7-floor-idle: 4
            c8-floor-revoke: 5
            c20-floor-granted: 6
            request-ack: all
            ack-time: 0.25
            ack-attempts: 8
            media-in-flight: 0.1
            anonymous-identity: sip:somebody@mcx.example
            """).FloorPolicy;

        static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);
        Assert.Equal(new FloorPolicy
        {
            Queueing = true,
            QueueDepth = 7,
            MaxQueueTime = S(9.5),
            DefaultPriority = 3,
            DualFloor = true,
            DualFloorListeners = DualFloorListeners.Overriding,
            T1 = S(1.1),
            T2 = S(1.2),
            T3 = S(1.3),
            T4 = S(1.4),
            T7 = S(1.7),
            T8 = S(1.8),
            T9 = S(1.9),
            T11 = S(2.1),
            T12 = S(2.2),
            T20 = S(2.3),
            C7 = 4,
            C8 = 5,
            C20 = 6,
            RequestAck = true,
            RequestAckFromAll = true,
            AckTime = S(0.25),
            AckAttempts = 8,
            MediaInFlight = S(0.1),
            AnonymousIdentity = "sip:somebody@mcx.example",
        }, read);
        Assert.Equal(new FloorPolicy { MaxTalkers = 3 }, Load("max-talkers: 3").FloorPolicy);
        Assert.Equal(new FloorPolicy { AudioCutIn = true, RequestAck = true }, Load("audio-cut-in: true\nrequest-ack: answers").FloorPolicy);
    }

    [Theory]
    [InlineData("dual-floor: true\naudio-cut-in: true", 8, "dual-floor", "audio-cut-in exclude each other")]
    [InlineData("dual-floor: true\nmax-talkers: 2", 9, "max-talkers", "dual-floor exclude each other")]
    [InlineData("audio-cut-in: true\nmax-talkers: 2", 9, "max-talkers", "audio-cut-in exclude each other")]
    [InlineData("audio-cut-in: true\nqueueing: true", 9, "queueing", "leave queueing out")]
    [InlineData("dual-floor-listeners: both", 8, "dual-floor-listeners", "set dual-floor: true too")]
    [InlineData("max-talkers: 17", 8, "max-talkers", "1 to 16")]
    [InlineData("request-ack: some", 8, "request-ack", "'some' is not one of off, answers, all")]
    [InlineData("t7: 1", 8, "t7", "not a known key")]
    public void Policies_that_exclude_each_other_are_refused_with_file_line_and_key(string floor, int line, string key, string reason)
    {
        string message = Assert.Throws<ConfigurationException>(() => Load(floor)).Message;

        Assert.StartsWith($"{_folder.File("organisation.yaml")}:{line}: groups[0].floor.{key} ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_identity_longer_than_a_field_is_refused()
    {
        string message = Assert.Throws<ConfigurationException>(() => Load($"anonymous-identity: sip:{new string('a', 252)}")).Message;
        Assert.Contains("longer than 255 octets", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rights_of_users_and_members_and_the_kind_of_calls_are_read()
    {
        Organisation organisation = Organisation("queueing: true", """

                allow-emergency-group-call: true
                allow-imminent-peril-call: true
                allow-location-info-when-talking: true
            """, """

                    may-revoke: true
                    may-cancel-queued: true
                broadcast: allowed
            """);

        McUser user = organisation.Users.Single();
        Assert.Equal((true, true, true), (user.AllowEmergencyGroupCall, user.AllowImminentPerilCall, user.AllowLocationInfoWhenTalking));
        McGroup group = organisation.Groups.Single();
        GroupMember member = group.Members.Values.Single();
        Assert.Equal((true, true, BroadcastCalls.Allowed), (member.MayRevoke, member.MayCancelQueued, group.Broadcast));
        Organisation plain = Organisation("queueing: true");
        Assert.False(plain.Users.Single().AllowEmergencyGroupCall || plain.Users.Single().AllowImminentPerilCall);
        Assert.Equal((false, BroadcastCalls.Never), (plain.Groups.Single().Members.Values.Single().MayRevoke, plain.Groups.Single().Broadcast));
    }

    private McGroup Load(string floor) => Organisation(floor).Groups.Single();

    private Organisation Organisation(string floor, string user = "", string member = "") => OrganisationFile.Load(
        _folder.Write("organisation.yaml", $"""
            users:
              - mcptt-id: sip:alice@mcx.example
                sip-identity: sip:u1001@mcx.example
                password: "wonder land"{user}
            groups:
              - id: sip:fire-1@mcx.example
                floor:
                  {floor.ReplaceLineEndings("\n      ")}
                members:
                  - mcptt-id: sip:alice@mcx.example{member}
            """), "mcx.example");
}
