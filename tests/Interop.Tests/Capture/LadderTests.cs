namespace MediaEngine.Interop.Tests;

/// <summary>
/// What each client sent and received. Between clients, and between SIP and floor control, which travel by different sockets,
/// the order is a matter of timing; within one client's SIP dialogue and within each direction of its floor control it is not.
/// </summary>
[Collection(nameof(DemoCapture))]
public sealed class LadderTests(DemoRun demo)
{
    private static readonly string[] Registration =
    [
        "→ REGISTER with I_MESSAGE: CSK",
        "← 401 Unauthorized (REGISTER)",
        "→ REGISTER with I_MESSAGE: CSK",
        "← 200 OK (REGISTER)",
    ];

    private static readonly string[] AboutKeysAndTheBearer =
    [
        KeyMessage,
        "← MESSAGE with I_MESSAGE: MuSiK",
        "← MESSAGE bearer announcement TMGI 00000100f110",
    ];

    private const string KeyMessage = "← MESSAGE with I_MESSAGE: GMK for GUK-ID";

    private static readonly string[] Formation =
    [
        "← MESSAGE preconfigured regroup request regroup-1",
        "→ 200 OK (MESSAGE)",
    ];

    private static readonly string[] Cancellation =
    [
        "← MESSAGE preconfigured regroup cancel request regroup-1",
        "→ 200 OK (MESSAGE)",
    ];

    private static readonly string[] CallingOut =
    [
        "→ INVITE group call regroup-1",
        "← 200 OK (INVITE)",
        "→ ACK",
        "→ BYE",
        "← 200 OK (BYE)",
    ];

    private static readonly string[] Called =
    [
        "← INVITE group call regroup-1",
        "→ 200 OK (INVITE)",
        "← ACK",
        "← BYE",
        "→ 200 OK (BYE)",
    ];


    [Fact]
    public void The_demo_ends_well_and_in_time()
    {
        Assert.Equal("ok", demo.Result.GetProperty("result").GetString());
        Assert.InRange(demo.Duration, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void The_dispatcher_regroups_is_refused_a_second_regroup_and_cancels()
    {
        Assert.Equal(
            [
                .. Registration,
                "→ MESSAGE preconfigured regroup request regroup-1",
                "← 200 OK (MESSAGE)",
                "→ MESSAGE preconfigured regroup request regroup-2",
                "← 403 Forbidden (MESSAGE) (Warning 148 group is regrouped)",
                "→ MESSAGE preconfigured regroup cancel request regroup-1",
                "← 200 OK (MESSAGE)",
            ],
            SipOf("dispatcher"));
        Assert.Empty(FloorOf("dispatcher"));
    }

    [Theory]
    [InlineData("alice", "fire-1")]
    [InlineData("bob", "fire-1")]
    [InlineData("carol", "ambulance-2")]
    [InlineData("dave", "ambulance-2")]
    public void A_member_is_told_of_the_regroup_takes_part_in_its_call_and_is_told_of_its_end(string member, string group) =>
        Assert.Equal(
            [
                .. Registration,
                $"→ PUBLISH affiliation to {group}",
                "← 200 OK (PUBLISH)",
                .. Formation,
                .. member == "alice" ? CallingOut : Called,
                .. Cancellation,
            ],
            WithoutKeyMessages(SipOf(member)));

    [Theory]
    [InlineData("alice")]
    [InlineData("bob")]
    [InlineData("carol")]
    [InlineData("dave")]
    public void A_member_gets_its_groups_keys_after_it_registered_and_before_the_regroup(string member)
    {
        string[] sip = [.. SipOf(member)];
        int[] at = [.. Enumerable.Range(0, sip.Length).Where(i => sip[i] == KeyMessage)];
        Assert.Equal(2, at.Length);
        Assert.InRange(at[0], 3, at[1]);
        Assert.InRange(at[1], at[0], Array.IndexOf(sip, Formation[0]));
    }

    [Fact]
    public void The_caller_asks_for_the_floor_once_and_gets_it()
    {
        Assert.Equal(["→ Floor Request", "→ Floor Release"], FloorOf("alice").Where(IsSent));
        Assert.Equal(["← Floor Idle", "← Floor Granted", "← Floor Taken by carol", "← Floor Idle"], FloorOf("alice").Where(IsReceived));
        Assert.Equal(["→ Floor Request", "← Floor Granted", "→ SRTP media …", "→ Floor Release", "← Floor Taken by carol"], TalkOf("alice"));
    }

    [Fact]
    public void The_second_talker_is_queued_and_gets_the_floor_after_the_first()
    {
        Assert.Equal(["→ Floor Request", "→ Floor Release"], FloorOf("carol").Where(IsSent));
        Assert.Equal(
            ["← Floor Idle", "← Floor Taken by alice", "← Floor Queue Position Info, position 1", "← Floor Granted", "← Floor Taken by carol by multicast",
                "← Floor Idle by multicast"],
            FloorOf("carol").Where(IsReceived));
        Assert.Equal(
            ["← Floor Taken by alice", "→ Floor Request", "← Floor Queue Position Info, position 1", "← Floor Granted", "→ SRTP media …", "→ Floor Release"],
            TalkOf("carol"));
    }

    [Theory]
    [InlineData("bob", "← SRTP media …", "")]
    [InlineData("dave", "← SRTP media by multicast", " by multicast")]
    public void A_listener_is_told_who_talks_and_hears_both_talkers(string listener, string media, string way)
    {
        // Who listens to the bearer is told by unicast until the first talk has mapped the call to it.
        Assert.Equal(["← Floor Idle", "← Floor Taken by alice", $"← Floor Taken by carol{way}", $"← Floor Idle{way}"], FloorOf(listener));
        string[] heard = [.. Of(listener, arrow => arrow.IsMedia)];
        Assert.Equal(2, heard.Length);
        Assert.All(heard, arrow => Assert.StartsWith(media, arrow, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("alice", "→ 415 Unsupported Media Type (MESSAGE)")]
    [InlineData("bob", "→ 415 Unsupported Media Type (MESSAGE)")]
    public void A_client_without_multicast_refuses_the_bearer_and_reports_nothing(string client, string refusal)
    {
        string[] sip = [.. SipOf(client)];
        Assert.Single(sip, "← MESSAGE bearer announcement TMGI 00000100f110");
        Assert.Single(sip, refusal);
        Assert.DoesNotContain(sip, arrow => arrow.Contains("listening report", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("carol")]
    [InlineData("dave")]
    public void A_client_with_multicast_reports_that_it_listens_to_the_bearer_and_to_the_call_that_is_mapped(string client)
    {
        Assert.Equal(
            [
                "→ MESSAGE listening report: listening to the bearer",
                "→ MESSAGE listening report: listening to the call's subchannel",
                "→ MESSAGE listening report: not listening to the bearer",
            ],
            Of(client, arrow => arrow.Message.Contains("listening report", StringComparison.Ordinal)));
        Assert.Equal(
            ["← Map Group To Bearer regroup-1", "← Unmap Group To Bearer regroup-1"], Of(client, arrow => arrow.IsSubchannelControl));
    }

    private static bool IsSent(string arrow) => arrow[0] == '→';

    private static bool IsReceived(string arrow) => arrow[0] == '←';

    /// <summary>Identifiers, which differ from run to run, left out.</summary>
    private IEnumerable<string> SipOf(string client) => Of(client, arrow => arrow.IsSip)
        .Select(arrow => arrow.Contains(" I_MESSAGE: ", StringComparison.Ordinal) ? arrow[..arrow.LastIndexOf(' ')] : arrow);

    /// <summary>Keys come when they are made, so they and the bearer, and the answers, may be anywhere behind the registration.</summary>
    private static List<string> WithoutKeyMessages(IEnumerable<string> sip)
    {
        List<string> rest = [.. sip];
        for (int count = rest.RemoveAll(arrow => AboutKeysAndTheBearer.Contains(arrow)); count > 0; count--)
            Assert.True(rest.Remove("→ 415 Unsupported Media Type (MESSAGE)") || rest.Remove("→ 200 OK (MESSAGE)"));
        for (int count = rest.RemoveAll(arrow => arrow.StartsWith("→ MESSAGE listening report", StringComparison.Ordinal)); count > 0; count--)
            Assert.True(rest.Remove("← 200 OK (MESSAGE)"));
        return rest;
    }

    private IEnumerable<string> FloorOf(string client) => Of(client, arrow => arrow.IsFloor).Select(WithoutAddress);

    private static string WithoutAddress(string arrow)
    {
        const string ByMulticast = " by multicast";
        int at = arrow.IndexOf(ByMulticast, StringComparison.Ordinal);
        return at < 0 ? arrow : arrow[..(at + ByMulticast.Length)];
    }

    /// <summary>Floor control and own media, but for Floor Idle, which may cross a request, and what is heard.</summary>
    private IEnumerable<string> TalkOf(string client) =>
        Of(client, arrow => arrow.IsFloor && !arrow.Message.StartsWith("Floor Idle", StringComparison.Ordinal) &&
            !arrow.Message.StartsWith($"Floor Taken by {client}", StringComparison.Ordinal) || arrow.IsMedia && arrow.Sent);

    private IEnumerable<string> Of(string client, Func<LadderArrow, bool> match) =>
        demo.Ladder.Where(arrow => arrow.Client == client && match(arrow)).Select(arrow => arrow.ToString());
}
