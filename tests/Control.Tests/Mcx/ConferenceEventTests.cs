using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Event conference: the roster of a group call is told to those who are in it (TS 24.379 10.1.3.4, RFC 4575).</summary>
public sealed class ConferenceEventTests
{
    private readonly McSystemHarness _mcx = new();

    public ConferenceEventTests()
    {
        foreach (string name in (string[])["alice", "bob", "carol", "dave", "erin", "dispatcher"])
            _mcx.Register(name);
        foreach (string name in (string[])["alice", "bob"])
            _mcx.Affiliate(name, TestOrganisation.Fire);
    }

    [Fact]
    public void The_roster_is_told_in_full_and_then_what_changes()
    {
        string session = Call();
        Assert.Equal(200, _mcx.Send("bob", _mcx.NewSubscribe("bob", "conference", TestOrganisation.Fire, requestUri: session)).Status);
        SipRequest first = Assert.Single(_mcx.Notifications("bob"));
        ConferenceInfo full = McSystemHarness.RosterIn(first);
        Assert.Equal((session, 1u, false, TestOrganisation.Fire, 2), (full.Entity, full.Version, full.IsPartial, full.Subject, full.UserCount));
        Assert.Equal([TestOrganisation.Id("alice"), TestOrganisation.Id("bob")], full.Users.Select(user => user.Entity).Order());
        // For an MCPTT client an mcptt-info says which group it is about.
        MimePart info = MultipartBody.PartsOf(first).Single(part => part.MediaType == ContentTypes.McpttInfo);
        Assert.True(McpttInfo.TryParse(info.Body, out McpttInfo read, out _));
        Assert.Equal(TestOrganisation.Fire, read.CallingGroupId);

        _mcx.Affiliate("erin", TestOrganisation.Fire);
        _mcx.Answer("erin");
        _mcx.Wait(TimeSpan.FromSeconds(1));
        ConferenceInfo joined = McSystemHarness.RosterIn(Assert.Single(_mcx.Notifications("bob")));
        Assert.Equal((2u, true, 3), (joined.Version, joined.IsPartial, joined.UserCount));
        ConferenceUser erin = Assert.Single(joined.Users);
        Assert.Equal(TestOrganisation.Id("erin"), erin.Entity);
        Assert.Equal([McSystemHarness.ClientIdOf("erin")], erin.Endpoints);

        _mcx.Affiliate("erin");
        _mcx.Wait(TimeSpan.FromSeconds(1));
        ConferenceInfo left = McSystemHarness.RosterIn(Assert.Single(_mcx.Notifications("bob")));
        Assert.Equal((3u, true, 2), (left.Version, left.IsPartial, left.UserCount));
        Assert.True(Assert.Single(left.Users).IsGone);
    }

    [Fact]
    public void The_group_alone_names_the_call_when_the_servers_identity_is_asked()
    {
        Call();
        Assert.Equal(200, _mcx.Subscribe("alice", "conference", TestOrganisation.Fire, "0").Status);
        SipRequest once = Assert.Single(_mcx.Notifications("alice"));
        Assert.Equal("terminated;reason=timeout", once.Headers.Get("Subscription-State"));
        Assert.Equal(2, McSystemHarness.RosterIn(once).Users.Count);
        Assert.Equal(0, _mcx.System.SubscriptionCount);
    }

    [Fact]
    public void Any_conference_client_gets_the_roster_alone()
    {
        string session = Call();
        Assert.Equal(200, _mcx.Send("bob", _mcx.NewSubscribe("bob", "conference", target: null, requestUri: session)).Status);
        Assert.Equal(ContentTypes.ConferenceInfo, Assert.Single(_mcx.Notifications("bob")).ContentType);
    }

    [Fact]
    public void When_the_call_ends_so_does_the_subscription()
    {
        Call();
        _mcx.Subscribe("bob", "conference", TestOrganisation.Fire);
        _mcx.Notifications("bob");
        _mcx.Affiliate("alice");
        _mcx.Wait(TimeSpan.FromSeconds(1));
        SipRequest last = Assert.Single(_mcx.Unanswered, sent => sent.Request.Method == SipMethods.Notify).Request;
        Assert.Equal(("terminated;reason=noresource", 0), (last.Headers.Get("Subscription-State"), last.Body.Length));
        _mcx.Notifications("bob");
        Assert.Equal(0, _mcx.System.SubscriptionCount);
        Assert.Empty(_mcx.Stored.OfType<Subscription>());
    }

    [Fact]
    public void Who_leaves_is_told_no_more()
    {
        _mcx.Affiliate("erin", TestOrganisation.Fire);
        Call("erin");
        _mcx.Subscribe("bob", "conference", TestOrganisation.Fire);
        _mcx.Subscribe("alice", "conference", TestOrganisation.Fire);
        _mcx.Notifications("bob");
        _mcx.Notifications("alice");
        _mcx.Affiliate("bob");
        _mcx.Wait(TimeSpan.FromSeconds(1));
        SipRequest[] told = [.. _mcx.Unanswered.Where(sent => sent.Request.Method == SipMethods.Notify).OrderBy(sent => sent.To).Select(sent => sent.Request)];
        Assert.Equal(["active", "terminated"], told.Select(notify => notify.Headers.Get("Subscription-State")!.Split(';')[0]));
        Assert.Equal(0, told[1].Body.Length);
    }

    [Theory]
    [InlineData("carol", TestOrganisation.Fire, null, 403, 138)]
    [InlineData("dispatcher", TestOrganisation.Fire, null, 403, 138)]
    [InlineData("erin", TestOrganisation.Fire, null, 403, 138)]
    [InlineData("bob", TestOrganisation.Ambulance, null, 404, 137)]
    [InlineData("bob", TestOrganisation.Fire, "sip:call-0000000000000000@mcx.example", 404, 137)]
    [InlineData("bob", null, null, 404, 137)]
    public void Others_are_refused(string name, string? group, string? session, int status, int warning)
    {
        Call();
        SipRequest subscribe = _mcx.NewSubscribe(name, "conference", group, requestUri: session ?? "sip:mcptt@mcx.example");
        SipResponse response = _mcx.Send(name, subscribe);
        Assert.Equal((status, warning), (response.Status, McSystemHarness.WarningOf(response)));
        Assert.Equal(0, _mcx.System.SubscriptionCount);
    }

    [Fact]
    public void A_session_of_another_group_is_not_the_one_asked_for()
    {
        string session = Call();
        Assert.Equal(404, _mcx.Send("bob", _mcx.NewSubscribe("bob", "conference", TestOrganisation.Ambulance, requestUri: session)).Status);
    }

    [Fact]
    public void A_group_that_does_not_allow_it_refuses_its_own_members()
    {
        foreach (string name in (string[])["carol", "dave"])
            _mcx.Affiliate(name, TestOrganisation.Ambulance);
        _mcx.Call("carol", TestOrganisation.Ambulance);
        _mcx.Answer("dave");
        SipResponse response = _mcx.Subscribe("dave", "conference", TestOrganisation.Ambulance);
        Assert.Equal((403, 138), (response.Status, McSystemHarness.WarningOf(response)));
    }

    [Fact]
    public void A_broadcast_call_tells_nobody()
    {
        var broadcast = new McSystemHarness(organisation: new Organisation(
            TestOrganisation.Domain, TestOrganisation.Create().Users, TestOrganisation.Create().Groups.Select(group => group with { Broadcast = BroadcastCalls.Always })));
        foreach (string name in (string[])["alice", "bob"])
        {
            broadcast.Register(name);
            broadcast.Affiliate(name, TestOrganisation.Fire);
        }
        broadcast.Call("alice", TestOrganisation.Fire);
        broadcast.Answer("bob");
        SipResponse response = broadcast.Subscribe("bob", "conference", TestOrganisation.Fire);
        Assert.Equal((480, 105), (response.Status, McSystemHarness.WarningOf(response)));
    }

    [Fact]
    public void Who_asked_not_to_be_named_is_counted_but_not_named()
    {
        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire, privacy: true));
        _mcx.Answer("bob");
        _mcx.Acknowledge();
        _mcx.Subscribe("bob", "conference", TestOrganisation.Fire);
        SipRequest notify = Assert.Single(_mcx.Notifications("bob"));
        Assert.Equal(2, McSystemHarness.RosterIn(notify).UserCount);
        string text = System.Text.Encoding.UTF8.GetString(notify.Body.Span);
        Assert.DoesNotContain("alice", text, StringComparison.Ordinal);
        Assert.DoesNotContain(McSystemHarness.ClientIdOf("alice"), text, StringComparison.Ordinal);
        Assert.Contains("anonymous.invalid", text, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_kill_the_call_is_gone_and_its_subscribers_are_told_so()
    {
        Call();
        _mcx.Subscribe("bob", "conference", TestOrganisation.Fire);
        _mcx.Notifications("bob");
        _mcx.KillAndRestart();
        _mcx.Wait(TimeSpan.Zero);
        Assert.Equal("terminated;reason=noresource", Assert.Single(_mcx.Notifications("bob")).Headers.Get("Subscription-State"));
        Assert.Equal(0, _mcx.System.SubscriptionCount);
    }

    private string Call(string? also = null)
    {
        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        _mcx.Answer("bob");
        if (also is not null)
            _mcx.Answer(also);
        return _mcx.Acknowledge().RemoteTarget.ToString();
    }
}
