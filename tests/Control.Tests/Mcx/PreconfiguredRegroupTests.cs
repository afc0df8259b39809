using System.Text;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>TS 23.280 10.15.3.2 (within one MC system) with the codes of TS 24.379 clause 16.</summary>
public class PreconfiguredRegroupTests
{
    private const string RegroupId = "sip:regroup-7@mcx.example";

    private static readonly RegroupBody Create = new()
    {
        Action = RegroupAction.Create,
        PreconfiguredGroup = TestOrganisation.Preconfigured,
        RegroupUri = RegroupId,
        Groups = [TestOrganisation.Fire, TestOrganisation.Ambulance],
    };

    private static readonly RegroupBody Remove = new() { Action = RegroupAction.Remove, RegroupUri = RegroupId };

    private readonly McSystemHarness _mcx = new();

    public PreconfiguredRegroupTests()
    {
        foreach (string name in (string[])["alice", "bob", "carol", "dave", "erin", "dispatcher"])
            Assert.Equal(200, _mcx.Register(name).Status);
        _mcx.Affiliate("alice", TestOrganisation.Fire);
        _mcx.Affiliate("bob", TestOrganisation.Fire);
        _mcx.Affiliate("carol", TestOrganisation.Ambulance);
        _mcx.Ladder.Clear();
    }

    [Fact]
    public void Group_regroup_formation_follows_the_figure()
    {
        _mcx.Regroup("dispatcher", Create);
        _mcx.Answer("alice");
        _mcx.Answer("bob");
        _mcx.Answer("carol");

        Assert.Equal(
            [
                "dispatcher → server: MESSAGE create",
                "server → client: 200 MESSAGE",
                "server → alice: MESSAGE create",
                "server → bob: MESSAGE create",
                "server → carol: MESSAGE create",
                "alice → server: 200 MESSAGE",
                "bob → server: 200 MESSAGE",
                "carol → server: 200 MESSAGE",
            ],
            _mcx.Ladder);
        _mcx.Wait(TimeSpan.Zero);
        PreconfiguredRegroup regroup = Assert.Single(_mcx.System.Regroups);
        Assert.Equal(["sip:alice@mcx.example", "sip:bob@mcx.example", "sip:carol@mcx.example"], regroup.Members.Select(member => member.McpttId));
        Assert.All(regroup.Members, member => Assert.True(member.Acknowledged));
    }

    [Fact]
    public void Only_affiliated_members_are_told_and_only_those_who_hold_the_key()
    {
        _mcx.Affiliate("erin", TestOrganisation.Fire);

        _mcx.Regroup("dispatcher", Create);

        // dave is a member but not affiliated; erin is affiliated but no member of the preconfigured group.
        Assert.Equal(["alice", "bob", "carol"], _mcx.Unanswered.Select(sent => sent.To));
        Assert.Contains(_mcx.Events, happened => happened.Name == "regroup-member-without-key" && happened.Detail.Contains("erin", StringComparison.Ordinal));
    }

    [Fact]
    public void The_notice_names_target_regroup_preconfigured_group_and_constituents()
    {
        _mcx.Regroup("dispatcher", Create);

        SipRequest notice = _mcx.Unanswered.First(sent => sent.To == "bob").Request;
        IReadOnlyList<MimePart> parts = MultipartBody.PartsOf(notice);
        Assert.True(McpttInfo.TryParse(parts[0].Body, out McpttInfo info, out _));
        Assert.Equal(RegroupBodyOutcome.Ok, RegroupBody.TryParse(parts[1].Body, out RegroupBody body, out _));
        Assert.Equal("sip:bob@mcx.example", info.RequestUri);
        Assert.Equal("sip:dispatcher@mcx.example", info.CallingUserId);
        Assert.Equal(RegroupId, body.RegroupUri);
        Assert.Equal(TestOrganisation.Preconfigured, body.PreconfiguredGroup);
        Assert.Equal([TestOrganisation.Fire, TestOrganisation.Ambulance], body.Groups);
        Assert.Equal(McxOptionsServerUri, notice.Headers.Get("P-Asserted-Identity"));
    }

    private const string McxOptionsServerUri = "<sip:mcptt@mcx.example>";

    [Fact]
    public void A_regroup_over_a_regrouped_group_is_refused_with_148()
    {
        _mcx.Regroup("dispatcher", Create);

        SipResponse response = _mcx.Regroup("dispatcher", Create with { RegroupUri = "sip:other@mcx.example", Groups = [TestOrganisation.Fire] });

        AssertRefused(response, 403, 148);
        Assert.Single(_mcx.System.Regroups);
    }

    public static TheoryData<string, int, int> RefusedRequests => new()
    {
        { "same regroup identity", 403, 165 },
        { "identity of a group", 403, 165 },
        { "unknown constituent", 403, 163 },
        { "unknown preconfigured group", 404, 113 },
        { "duplicate groups", 403, 150 },
        { "regroup among its constituents", 403, 150 },
        { "preconfigured group is the regroup", 403, 150 },
        { "group that is no URI", 403, 150 },
        { "regroup of a regroup group", 403, 148 },
    };

    [Theory]
    [MemberData(nameof(RefusedRequests))]
    public void A_request_that_cannot_be_carried_out_is_refused_with_its_warning_and_nothing_is_stored(string fault, int status, int warning)
    {
        _mcx.Regroup("dispatcher", Create);
        RegroupBody other = Create with { RegroupUri = "sip:other@mcx.example", Groups = [TestOrganisation.Police] };
        RegroupBody body = fault switch
        {
            "same regroup identity" => other with { RegroupUri = RegroupId },
            "identity of a group" => other with { RegroupUri = TestOrganisation.Ambulance },
            "unknown constituent" => other with { Groups = ["sip:nobody@mcx.example"] },
            "unknown preconfigured group" => other with { PreconfiguredGroup = "sip:nothing@mcx.example" },
            "duplicate groups" => other with { Groups = [TestOrganisation.Police, "sip:police-3@MCX.example"] },
            "regroup among its constituents" => other with { Groups = ["sip:other@mcx.example"] },
            "preconfigured group is the regroup" => other with { RegroupUri = TestOrganisation.Preconfigured },
            "group that is no URI" => other with { Groups = ["police"] },
            _ => other with { Groups = [RegroupId] },
        };

        AssertRefused(_mcx.Regroup("dispatcher", body), status, warning);
        Assert.Single(_mcx.System.Regroups);
    }

    [Theory]
    [InlineData("not xml at all", 400, 0)]
    [InlineData("<!DOCTYPE x [<!ENTITY a 'b'>]><mcpttregroup xmlns='urn:3gpp:ns:preconfiguredRegroup:1.0'/>", 400, 0)]
    [InlineData("<wrong/>", 403, 150)]
    [InlineData("<mcpttregroup xmlns='urn:3gpp:ns:preconfiguredRegroup:1.0'><mcpttregroup-Params><preconfig-group-id><preconfigured-group>sip:p@x</preconfigured-group></preconfig-group-id><mcptt-regroup-uri><mcptt-regroup-uri>sip:r@x</mcptt-regroup-uri></mcptt-regroup-uri><regroup-action>create</regroup-action></mcpttregroup-Params></mcpttregroup>", 403, 150)]
    [InlineData("<mcpttregroup xmlns='urn:3gpp:ns:preconfiguredRegroup:1.0'><mcpttregroup-Params><preconfig-group-id><preconfigured-group>sip:p@x</preconfigured-group></preconfig-group-id><mcptt-regroup-uri><mcptt-regroup-uri>sip:r@x</mcptt-regroup-uri></mcptt-regroup-uri><groups-for-regroup><group>sip:g@x</group></groups-for-regroup><users-for-regroup><user>sip:u@x</user></users-for-regroup><regroup-action>create</regroup-action></mcpttregroup-Params></mcpttregroup>", 403, 150)]
    [InlineData("<mcpttregroup xmlns='urn:3gpp:ns:preconfiguredRegroup:1.0'><mcpttregroup-Params><mcptt-regroup-uri><mcptt-regroup-uri>sip:r@x</mcptt-regroup-uri></mcptt-regroup-uri><regroup-action>destroy</regroup-action></mcpttregroup-Params></mcpttregroup>", 403, 150)]
    public void A_body_that_is_not_a_regroup_request_is_refused(string body, int status, int warning)
    {
        AssertRefused(_mcx.RegroupRaw("dispatcher", Encoding.UTF8.GetBytes(body)), status, warning);
        Assert.Empty(_mcx.System.Regroups);
    }

    [Fact]
    public void Who_may_not_regroup_is_refused_with_160_and_who_may_not_remove_with_161()
    {
        AssertRefused(_mcx.Regroup("alice", Create), 403, 160);
        _mcx.Regroup("dispatcher", Create);
        AssertRefused(_mcx.Regroup("alice", Remove), 403, 161);
        Assert.Single(_mcx.System.Regroups);
    }

    [Fact]
    public void Cancellation_follows_the_figure_and_frees_the_groups()
    {
        _mcx.Regroup("dispatcher", Create);
        foreach (string name in (string[])["alice", "bob", "carol"])
            _mcx.Answer(name);
        _mcx.Ladder.Clear();

        _mcx.Regroup("dispatcher", Remove);

        Assert.Equal(
            [
                "dispatcher → server: MESSAGE remove",
                "server → client: 200 MESSAGE",
                "server → alice: MESSAGE remove",
                "server → bob: MESSAGE remove",
                "server → carol: MESSAGE remove",
            ],
            _mcx.Ladder);
        Assert.Empty(_mcx.System.Regroups);
        Assert.Equal(200, _mcx.Regroup("dispatcher", Create).Status);
    }

    [Fact]
    public void Removing_a_regroup_that_is_not_in_effect_is_refused_with_163() =>
        AssertRefused(_mcx.Regroup("dispatcher", Remove), 403, 163);

    [Fact]
    public void A_newly_affiliated_user_is_told_and_joins()
    {
        _mcx.Regroup("dispatcher", Create);
        _mcx.Ladder.Clear();

        _mcx.Affiliate("dave", TestOrganisation.Ambulance);

        Assert.Equal(["dave → server: PUBLISH", "server → client: 200 PUBLISH", "server → dave: MESSAGE create"], _mcx.Ladder);
        Assert.Contains(_mcx.System.Regroups.Single().Members, member => member.McpttId == "sip:dave@mcx.example");
    }

    [Fact]
    public void Who_leaves_the_last_constituent_group_leaves_the_regroup()
    {
        _mcx.Regroup("dispatcher", Create);

        _mcx.Affiliate("carol");

        Assert.DoesNotContain(_mcx.System.Regroups.Single().Members, member => member.McpttId == "sip:carol@mcx.example");
    }

    [Fact]
    public void User_regroup_tells_the_listed_users_whatever_they_are_affiliated_to()
    {
        RegroupBody users = Create with { Groups = [], Users = ["sip:bob@mcx.example", "sip:dave@mcx.example", "sip:stranger@mcx.example"] };

        Assert.Equal(200, _mcx.Regroup("dispatcher", users).Status);

        Assert.Equal(["bob", "dave"], _mcx.Unanswered.Select(sent => sent.To));
        Assert.Contains(_mcx.Events, happened => happened.Name == "regroup-user-unknown");
    }

    [Fact]
    public void A_user_may_be_in_several_user_regroups()
    {
        RegroupBody users = Create with { Groups = [], Users = ["sip:bob@mcx.example"] };
        Assert.Equal(200, _mcx.Regroup("dispatcher", users).Status);
        Assert.Equal(200, _mcx.Regroup("dispatcher", users with { RegroupUri = "sip:second@mcx.example" }).Status);
    }

    [Fact]
    public void After_a_kill_the_regroup_is_in_effect_and_a_member_that_registers_again_is_told()
    {
        _mcx.Regroup("dispatcher", Create);
        _mcx.KillAndRestart();
        Assert.Single(_mcx.System.Regroups);
        _mcx.Ladder.Clear();

        _mcx.Register("bob");

        Assert.Equal("server → bob: MESSAGE create", _mcx.Ladder[^1]);
        AssertRefused(_mcx.Call("alice", TestOrganisation.Fire)!, 401, 0);
        _mcx.Register("alice");
        AssertRefused(_mcx.Call("alice", TestOrganisation.Fire)!, 403, 148);
    }

    [Fact]
    public void A_member_that_could_not_be_reached_stays_a_member()
    {
        _mcx.Regroup("dispatcher", Create);
        _mcx.Fail("bob");

        RegroupMember bob = _mcx.System.Regroups.Single().Members.Single(member => member.McpttId == "sip:bob@mcx.example");
        Assert.False(bob.Acknowledged);
        Assert.Contains(_mcx.Events, happened => happened.Name == "regroup-notice-failed" && happened.Warning);
    }

    private static void AssertRefused(SipResponse response, int status, int warning)
    {
        Assert.Equal(status, response.Status);
        Assert.Equal(warning, McSystemHarness.WarningOf(response));
    }
}
