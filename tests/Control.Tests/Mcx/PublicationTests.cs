using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>PUBLISH of affiliations and service settings: entity tags hold (RFC 3903, TS 24.379 9.2.1.2, 7.2.3).</summary>
public sealed class PublicationTests
{
    private const string Forever = "4294967295";

    private readonly McSystemHarness _mcx = new();

    public PublicationTests()
    {
        foreach (string name in (string[])["alice", "bob"])
            _mcx.Register(name);
    }

    [Fact]
    public void An_entity_tag_changes_refreshes_and_removes_the_affiliations_it_stands_for()
    {
        string tag = Tag(Affiliate(null, TestOrganisation.Fire));
        SipResponse refreshed = _mcx.Publish("alice", "presence", Forever, tag);
        Assert.Equal((200, Forever), (refreshed.Status, refreshed.Headers.Get("Expires")));
        Assert.Equal([TestOrganisation.Fire], Groups());
        Assert.Equal(412, Affiliate(tag, TestOrganisation.Fire).Status);
        tag = Tag(Affiliate(Tag(refreshed), []));
        Assert.Empty(_mcx.System.Affiliations);
        tag = Tag(Affiliate(tag, TestOrganisation.Fire));
        // No document is needed to let go of everything.
        Assert.Equal(200, _mcx.Publish("alice", "presence", "0", tag).Status);
        Assert.Empty(_mcx.System.Affiliations);
        Assert.Equal(412, _mcx.Publish("alice", "presence", Forever, tag).Status);
        Assert.Empty(_mcx.Stored.OfType<PublishedState>());
    }

    [Fact]
    public void Without_an_entity_tag_the_set_still_replaces_the_one_before()
    {
        string tag = Tag(Affiliate(null, TestOrganisation.Fire));
        Assert.Equal(200, Affiliate(null, []).Status);
        Assert.Empty(_mcx.System.Affiliations);
        Assert.Equal(412, _mcx.Publish("alice", "presence", Forever, tag).Status);
    }

    [Fact]
    public void A_tag_is_the_users_own()
    {
        string tag = Tag(Affiliate(null, TestOrganisation.Fire));
        Assert.Equal(412, _mcx.Publish("bob", "presence", "0", tag).Status);
        Assert.Equal([TestOrganisation.Fire], Groups());
    }

    [Fact]
    public void What_is_refused_for_its_content_changes_nothing()
    {
        string tag = Tag(Affiliate(null, TestOrganisation.Fire));
        Assert.Equal(403, Affiliate(tag, TestOrganisation.Ambulance).Status);
        Assert.Equal([TestOrganisation.Fire], Groups());
        Assert.Equal(200, _mcx.Publish("alice", "presence", Forever, tag).Status);
    }

    [Theory]
    [InlineData("3600", 423)]
    [InlineData("x", 400)]
    public void Other_durations_are_refused(string expires, int status)
    {
        SipResponse response = _mcx.Publish("alice", "presence", expires, null, Document(TestOrganisation.Fire));
        Assert.Equal(status, response.Status);
        Assert.Equal(status == 423 ? Forever : null, response.Headers.Get("Min-Expires"));
        Assert.Equal(400, _mcx.Publish("alice", "presence", Forever, null).Status);
        Assert.Empty(_mcx.System.Affiliations);
    }

    [Fact]
    public void An_entity_tag_survives_a_kill()
    {
        string tag = Tag(Affiliate(null, TestOrganisation.Fire));
        _mcx.KillAndRestart();
        _mcx.Register("alice");
        Assert.Equal(200, _mcx.Publish("alice", "presence", Forever, tag).Status);
    }

    [Fact]
    public void It_goes_with_the_registration()
    {
        string tag = Tag(Affiliate(null, TestOrganisation.Fire));
        _mcx.Register("alice", expires: 0);
        _mcx.Register("alice");
        Assert.Equal(412, _mcx.Publish("alice", "presence", Forever, tag).Status);
        Assert.Empty(_mcx.Stored.OfType<PublishedState>());
    }

    [Fact]
    public void Service_settings_are_kept_told_and_followed()
    {
        foreach (string name in (string[])["alice", "bob"])
            _mcx.Affiliate(name, TestOrganisation.Fire);
        _mcx.Subscribe("bob", "poc-settings", TestOrganisation.Id("bob"));
        _mcx.Notifications("bob");
        SipResponse ok = Settings("bob", manual: true);
        Assert.Equal((200, Forever), (ok.Status, ok.Headers.Get("Expires")));
        _mcx.Wait(TimeSpan.FromSeconds(1));
        Assert.True(ServiceSettings.TryParse(Assert.Single(_mcx.Notifications("bob")).Body, out ServiceSettings told, out _));
        Assert.Equal((McSystemHarness.ClientIdOf("bob"), true), (told.ClientId, told.AnswersManually));

        _mcx.KillAndRestart();
        _mcx.Register("alice");
        _mcx.Register("bob");
        _mcx.Call("alice", TestOrganisation.Fire);
        Assert.Equal("Manual", _mcx.Invites[^1].Request.Headers.Get("Answer-Mode"));
        _mcx.Cancel();

        Assert.Equal(200, Settings("bob", manual: false, Tag(ok)).Status);
        _mcx.Call("alice", TestOrganisation.Fire);
        Assert.Equal("Auto", _mcx.Invites[^1].Request.Headers.Get("Answer-Mode"));
    }

    [Fact]
    public void Settings_that_expire_at_once_log_the_client_off()
    {
        _mcx.Affiliate("alice", TestOrganisation.Fire);
        string tag = Tag(Settings("alice", manual: true));
        Assert.Equal(200, _mcx.Publish("alice", "poc-settings", "0", tag).Status);
        Assert.DoesNotContain(_mcx.System.Registrations, registration => registration.McpttId == TestOrganisation.Id("alice"));
        Assert.Empty(_mcx.System.Affiliations);
        Assert.Empty(_mcx.Stored.OfType<PublishedState>());
    }

    [Fact]
    public void Settings_of_others_and_of_unknown_clients_are_refused()
    {
        var foreign = new ServiceSettings { ClientId = McSystemHarness.ClientIdOf("bob") };
        SipResponse unknown = _mcx.Publish("alice", "poc-settings", Forever, null, new MimePart(ContentTypes.PocSettings, foreign.Serialise()));
        Assert.Equal((404, 141), (unknown.Status, McSystemHarness.WarningOf(unknown)));
        var own = new ServiceSettings { ClientId = McSystemHarness.ClientIdOf("alice") };
        SipResponse other = _mcx.Publish("alice", "poc-settings", Forever, null,
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { RequestUri = TestOrganisation.Id("bob") }.Serialise()), new MimePart(ContentTypes.PocSettings, own.Serialise()));
        Assert.Equal((403, 101), (other.Status, McSystemHarness.WarningOf(other)));
        SipResponse mixed = _mcx.Publish("alice", "poc-settings", Forever, null,
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { ClientId = "another" }.Serialise()), new MimePart(ContentTypes.PocSettings, own.Serialise()));
        Assert.Equal((403, 150), (mixed.Status, McSystemHarness.WarningOf(mixed)));
        SipResponse spied = _mcx.Subscribe("alice", "poc-settings", TestOrganisation.Id("bob"));
        Assert.Equal((403, 100), (spied.Status, McSystemHarness.WarningOf(spied)));
        Assert.Empty(_mcx.Stored.OfType<PublishedState>());
    }

    private SipResponse Affiliate(string? tag, params string[] groups) => _mcx.Publish("alice", "presence", Forever, tag, Document(groups));

    private static MimePart Document(params string[] groups) => new(
        ContentTypes.Pidf,
        new AffiliationDocument { Entity = TestOrganisation.Id("alice"), ClientId = McSystemHarness.ClientIdOf("alice"), Groups = groups }.Serialise());

    private SipResponse Settings(string name, bool manual, string? tag = null) => _mcx.Publish(name, "poc-settings", Forever, tag, new MimePart(
        ContentTypes.PocSettings, new ServiceSettings { ClientId = McSystemHarness.ClientIdOf(name), AnswersManually = manual, UserProfileIndex = 1 }.Serialise()));

    private static string Tag(SipResponse response)
    {
        Assert.Equal(200, response.Status);
        return response.Headers.Get("SIP-ETag")!;
    }

    private IEnumerable<string> Groups() => Assert.Single(_mcx.System.Affiliations).Groups;
}
