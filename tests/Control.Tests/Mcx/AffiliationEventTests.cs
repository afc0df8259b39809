using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Event presence: affiliations are told to those who may see them (TS 24.379 9.2.1.3, 9.2.2.2.4).</summary>
public sealed class AffiliationEventTests
{
    private const string RegroupId = "sip:regroup-7@mcx.example";

    private readonly McSystemHarness _mcx = new();

    public AffiliationEventTests()
    {
        foreach (string name in (string[])["alice", "bob", "carol", "dave", "dispatcher"])
            _mcx.Register(name);
    }

    [Fact]
    public void A_user_is_told_its_affiliations_at_once_and_at_each_change()
    {
        Assert.Equal(200, _mcx.Subscribe("alice", "presence", TestOrganisation.Id("alice")).Status);
        SipRequest first = Assert.Single(_mcx.Notifications("alice"));
        Assert.Equal("active;expires=3600", first.Headers.Get("Subscription-State"));
        Assert.Equal([], GroupsIn(first));
        Assert.Contains("server → alice: NOTIFY", _mcx.Ladder);

        _mcx.Affiliate("alice", TestOrganisation.Fire);
        _mcx.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal([TestOrganisation.Fire], GroupsIn(Assert.Single(_mcx.Notifications("alice"))));
        _mcx.Affiliate("alice");
        _mcx.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal([], GroupsIn(Assert.Single(_mcx.Notifications("alice"))));
    }

    [Fact]
    public void The_publication_is_named_whose_result_is_told()
    {
        _mcx.Subscribe("alice", "presence", TestOrganisation.Id("alice"));
        _mcx.Notifications("alice");
        var document = new AffiliationDocument { Entity = TestOrganisation.Id("alice"), ClientId = McSystemHarness.ClientIdOf("alice"), Groups = [TestOrganisation.Fire], PublishId = "p-7" };
        Assert.Equal(200, _mcx.Publish("alice", "presence", "4294967295", null, new MimePart(ContentTypes.Pidf, document.Serialise())).Status);
        _mcx.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal("p-7", McSystemHarness.AffiliationsIn(Assert.Single(_mcx.Notifications("alice"))).PublishId);
    }

    [Fact]
    public void A_regroup_is_one_of_the_groups_while_it_lasts()
    {
        _mcx.Affiliate("alice", TestOrganisation.Fire);
        _mcx.Subscribe("alice", "presence", TestOrganisation.Id("alice"));
        _mcx.Subscribe("dispatcher", "presence", RegroupId);
        _mcx.Notifications("alice");
        Assert.Empty(_mcx.Notifications("dispatcher"));
        _mcx.Regroup("dispatcher", new RegroupBody { Action = RegroupAction.Create, RegroupUri = RegroupId, PreconfiguredGroup = TestOrganisation.Preconfigured, Groups = [TestOrganisation.Fire] });
        _mcx.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal([TestOrganisation.Fire, RegroupId], GroupsIn(Assert.Single(_mcx.Notifications("alice"))));

        Assert.Equal(200, _mcx.Subscribe("dispatcher", "presence", RegroupId).Status);
        AffiliationState members = McSystemHarness.AffiliationsIn(Assert.Single(_mcx.Notifications("dispatcher")));
        Assert.Equal((RegroupId, TestOrganisation.Id("alice")), (members.Entity, Assert.Single(members.Tuples).Id));

        _mcx.Regroup("dispatcher", new RegroupBody { Action = RegroupAction.Remove, RegroupUri = RegroupId });
        _mcx.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal([TestOrganisation.Fire], GroupsIn(Assert.Single(_mcx.Notifications("alice"))));
    }

    [Theory]
    [InlineData("alice", "alice", 200, 0)]
    [InlineData("alice", "bob", 403, 100)]
    [InlineData("dispatcher", "alice", 200, 0)]
    [InlineData("dispatcher", "nobody", 404, 141)]
    [InlineData("alice", "nobody", 403, 100)]
    [InlineData("carol", "ambulance-2", 200, 0)]
    [InlineData("alice", "ambulance-2", 403, 100)]
    [InlineData("alice", "fire-1", 403, 100)]
    [InlineData("dispatcher", "fire-1", 200, 0)]
    public void Others_are_seen_by_whom_the_organisation_lets(string name, string target, int status, int warning)
    {
        SipResponse response = _mcx.Subscribe(name, "presence", TestOrganisation.Id(target));
        Assert.Equal((status, warning), (response.Status, McSystemHarness.WarningOf(response)));
        Assert.Equal(status == 200 ? 1 : 0, _mcx.System.SubscriptionCount);
    }

    [Fact]
    public void Who_is_affiliated_to_a_group_is_told_by_user_and_client()
    {
        _mcx.Subscribe("carol", "presence", TestOrganisation.Ambulance);
        _mcx.Notifications("carol");
        _mcx.Affiliate("dave", TestOrganisation.Ambulance);
        _mcx.Wait(TimeSpan.FromSeconds(1));
        AffiliationState state = McSystemHarness.AffiliationsIn(Assert.Single(_mcx.Notifications("carol")));
        AffiliationTuple tuple = Assert.Single(state.Tuples);
        Assert.Equal((TestOrganisation.Ambulance, TestOrganisation.Id("dave")), (state.Entity, tuple.Id));
        Assert.Equal([new AffiliationEntry(null, McSystemHarness.ClientIdOf("dave"), "affiliated")], tuple.Entries);
    }

    [Fact]
    public void Without_saying_whose_it_is_refused()
    {
        SipResponse response = _mcx.Subscribe("alice", "presence", null);
        Assert.Equal((403, 150), (response.Status, McSystemHarness.WarningOf(response)));
    }

    [Fact]
    public void What_is_unknown_faulty_or_too_brief_is_refused()
    {
        SipResponse unknown = _mcx.Subscribe("alice", "xcap-diff", TestOrganisation.Id("alice"));
        Assert.Equal((489, "presence conference poc-settings"), (unknown.Status, string.Join(' ', unknown.Headers.GetAll("Allow-Events"))));
        Assert.Equal(423, _mcx.Subscribe("alice", "presence", TestOrganisation.Id("alice"), "30").Status);
        SipRequest picky = _mcx.NewSubscribe("alice", "presence", TestOrganisation.Id("alice"));
        picky.Headers.Add("Accept", "application/sdp");
        Assert.Equal(406, _mcx.Send("alice", picky).Status);
        Assert.Equal(0, _mcx.System.SubscriptionCount);
        Assert.Empty(_mcx.Stored.OfType<Subscription>());
    }

    [Fact]
    public void Only_the_subscriber_refreshes_and_ends_a_subscription()
    {
        SipRequest subscribe = _mcx.NewSubscribe("alice", "presence", TestOrganisation.Id("alice"));
        SipResponse ok = _mcx.Send("alice", subscribe);
        _mcx.Notifications("alice");
        SipRequest theft = Within(subscribe, ok, 0);
        SipResponse refused = _mcx.Send("bob", theft);
        Assert.Equal((403, 101), (refused.Status, McSystemHarness.WarningOf(refused)));
        Assert.Equal(1, _mcx.System.SubscriptionCount);

        SipResponse refreshed = _mcx.Send("alice", Within(subscribe, ok, 600));
        Assert.Equal((200, "600"), (refreshed.Status, refreshed.Headers.Get("Expires")));
        Assert.Single(_mcx.Notifications("alice"));
        Assert.Equal(200, _mcx.Send("alice", Within(subscribe, ok, 0, 2)).Status);
        Assert.Equal("terminated;reason=timeout", Assert.Single(_mcx.Notifications("alice")).Headers.Get("Subscription-State"));
        Assert.Equal(481, _mcx.Send("alice", Within(subscribe, ok, 600, 3)).Status);
        Assert.Empty(_mcx.Stored.OfType<Subscription>());
    }

    [Fact]
    public void A_subscription_survives_a_kill_and_is_told_everything_under_new_numbers()
    {
        SipRequest subscribe = _mcx.NewSubscribe("alice", "presence", TestOrganisation.Id("alice"));
        SipResponse ok = _mcx.Send("alice", subscribe);
        uint last = Assert.Single(_mcx.Notifications("alice")).CSeq.Number;
        _mcx.Affiliate("alice", TestOrganisation.Fire);

        _mcx.KillAndRestart();
        Assert.Equal(1, _mcx.System.SubscriptionCount);
        _mcx.Wait(TimeSpan.FromSeconds(1));
        SipRequest told = Assert.Single(_mcx.Notifications("alice"));
        Assert.Equal([TestOrganisation.Fire], GroupsIn(told));
        Assert.True(told.CSeq.Number > last);
        Assert.Equal(subscribe.CallId, told.CallId);
        _mcx.Register("alice");
        Assert.Equal(200, _mcx.Send("alice", Within(subscribe, ok, 600)).Status);
    }

    [Fact]
    public void After_a_kill_a_client_that_only_its_connection_leads_to_is_told_when_it_is_back()
    {
        _mcx.CloseFlow("alice");
        _mcx.Transport = SipTransportKind.Tls;
        _mcx.Register("alice");
        _mcx.Subscribe("alice", "presence", TestOrganisation.Id("alice"));
        _mcx.Notifications("alice");
        _mcx.KillAndRestart();
        _mcx.Wait(TimeSpan.FromSeconds(1));
        (long token, _, _) = Assert.Single(_mcx.Unanswered);
        _mcx.Run((system, effects) => system.ReceiveFailure(token, nameof(SipFailure.TransportError), _mcx.Now, effects));
        Assert.Equal(1, _mcx.System.SubscriptionCount);
        _mcx.Affiliate("bob", TestOrganisation.Fire);
        _mcx.Register("alice");
        _mcx.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal("active", _mcx.Unanswered.Last().Request.Headers.Get("Subscription-State")!.Split(';')[0]);
    }

    [Fact]
    public void A_subscriber_that_does_not_know_it_any_more_is_forgotten()
    {
        _mcx.Subscribe("alice", "presence", TestOrganisation.Id("alice"));
        _mcx.Notifications("alice", status: 481);
        Assert.Equal(0, _mcx.System.SubscriptionCount);
        Assert.Empty(_mcx.Stored.OfType<Subscription>());
    }

    [Fact]
    public void A_client_that_de_registers_takes_its_subscriptions_with_it_and_others_are_told()
    {
        _mcx.Affiliate("alice", TestOrganisation.Fire);
        _mcx.Subscribe("alice", "presence", TestOrganisation.Id("alice"));
        _mcx.Subscribe("dispatcher", "presence", TestOrganisation.Id("alice"));
        _mcx.Notifications("alice");
        _mcx.Notifications("dispatcher");
        _mcx.Register("alice", expires: 0);
        Assert.Equal("terminated;reason=deactivated", Assert.Single(_mcx.Notifications("alice")).Headers.Get("Subscription-State"));
        _mcx.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal([], GroupsIn(Assert.Single(_mcx.Notifications("dispatcher"))));
        Assert.Single(_mcx.Stored.OfType<Subscription>());
    }

    [Fact]
    public void A_hundred_changes_in_a_moment_are_one_notification()
    {
        _mcx.Subscribe("alice", "presence", TestOrganisation.Id("alice"));
        _mcx.Notifications("alice");
        for (int i = 0; i < 100; i++)
            _mcx.Affiliate("alice", i % 2 == 0 ? [TestOrganisation.Fire] : []);
        _mcx.Wait(TimeSpan.FromSeconds(10));
        Assert.Equal([], GroupsIn(Assert.Single(_mcx.Notifications("alice"))));
    }

    [Fact]
    public void Options_tells_the_packages()
    {
        var request = new SipRequest(SipMethods.Options, "sip:mcptt@mcx.example");
        request.Headers.Add("From", "<sip:x@y>;tag=1").Add("To", "<sip:mcptt@mcx.example>").Add("Call-ID", "o").Add("CSeq", "1 OPTIONS");
        SipResponse response = _mcx.Send("alice", request);
        Assert.Equal(["presence", "conference", "poc-settings"], response.Headers.GetAll("Allow-Events"));
        Assert.Contains("SUBSCRIBE", response.Headers.GetAll("Allow"));
    }

    private static IEnumerable<string> GroupsIn(SipRequest notify) =>
        McSystemHarness.AffiliationsIn(notify).Tuples.SelectMany(tuple => tuple.Entries.Select(entry => entry.Group!));

    private static SipRequest Within(SipRequest subscribe, SipResponse ok, int expires, uint after = 1)
    {
        SipRequest request = subscribe.Clone();
        request.Headers.Set("To", ok.To!.ToString());
        request.Headers.Set("CSeq", $"{subscribe.CSeq.Number + after} SUBSCRIBE");
        request.Headers.Set("Expires", $"{expires}");
        return request;
    }
}
