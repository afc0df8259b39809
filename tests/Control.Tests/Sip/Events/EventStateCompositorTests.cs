using MediaEngine.Control.Tests.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>RFC 3903 6 in virtual time.</summary>
public sealed class EventStateCompositorTests
{
    private const string Alice = "sip:alice@example.org";

    private static readonly PublicationPackage Presence = new("presence");
    private static readonly PublicationPackage Settings = new("settings") { DefaultExpires_s = uint.MaxValue, MinExpires_s = uint.MaxValue, MaxExpires_s = uint.MaxValue };

    private readonly EventStateCompositor _compositor = NewCompositor();
    private readonly List<PublicationEffect> _effects = [];
    private readonly Instant _now = Instant.FromMilliseconds(1000);

    [Fact]
    public void Each_200_has_a_new_entity_tag_and_the_one_before_matches_no_more()
    {
        string first = Publish("b1").Headers.Get("SIP-ETag")!;
        SipResponse refreshed = Publish(null, first, kind: PublicationKind.Refresh);
        string second = refreshed.Headers.Get("SIP-ETag")!;
        Assert.Equal("3600", refreshed.Headers.Get("Expires"));
        Assert.Equal("b1", BodyOf(Alice));
        string third = Publish("b2", second, kind: PublicationKind.Modify).Headers.Get("SIP-ETag")!;
        Assert.Equal("b2", BodyOf(Alice));
        Assert.Equal(3, new[] { first, second, third }.Distinct().Count());
        foreach (string old in (string[])[first, second, "never"])
            Assert.Equal(412, Refused(NewPublish("b", old)));
        Assert.Equal("0", Publish(null, third, "0", PublicationKind.Remove).Headers.Get("Expires"));
        Assert.Null(_compositor.Find("presence", Alice, "s"));
        Assert.Equal(412, Refused(NewPublish(null, third)));
        Assert.IsType<PublicationEffect.Forget>(_effects[^1]);
    }

    [Fact]
    public void An_entity_tag_is_its_publishers_and_its_packages_alone()
    {
        string tag = Publish("b").Headers.Get("SIP-ETag")!;
        Assert.False(_compositor.TryCheck(NewPublish("x", tag), "sip:mallory@example.org", out _, out SipResponse? refusal));
        Assert.Equal(412, refusal.Status);
        SipRequest other = NewPublish("x", tag, "4294967295");
        other.Headers.Set("Event", "settings");
        Assert.Equal(412, Refused(other));
    }

    [Fact]
    public void What_is_faulty_is_refused_in_the_RFCs_order()
    {
        SipRequest unknown = NewPublish("b", "t");
        unknown.Headers.Set("Event", "unknown");
        Assert.False(_compositor.TryCheck(unknown, Alice, out _, out SipResponse? refusal));
        Assert.Equal((489, "presence settings"), (refusal.Status, string.Join(" ", refusal.Headers.GetAll("Allow-Events"))));
        SipRequest twice = NewPublish("b", "t1", "1");
        twice.Headers.Add("SIP-If-Match", "t2");
        Assert.Equal(400, Refused(twice));
        Assert.Equal(400, Refused(NewPublish("b", "t1, t2")));
        Assert.Equal(412, Refused(NewPublish("b", "t1", "1")));
        Assert.Equal(400, Refused(NewPublish(null)));
        Assert.Equal(400, Refused(NewPublish("b", expires: "soon")));
        Assert.Equal(0, _compositor.Count);
    }

    [Theory]
    [InlineData("presence", "59", "60")]
    [InlineData("settings", "3600", "4294967295")]
    public void Brief_publications_are_told_the_least_there_is(string package, string expires, string minimum)
    {
        SipRequest request = NewPublish("b", expires: expires);
        request.Headers.Set("Event", package);
        Assert.False(_compositor.TryCheck(request, Alice, out _, out SipResponse? refusal));
        Assert.Equal((423, minimum), (refusal.Status, refusal.Headers.Get("Min-Expires")));
    }

    [Fact]
    public void A_publication_that_is_not_refreshed_expires_with_its_tag()
    {
        string tag = Publish("b", expires: "60").Headers.Get("SIP-ETag")!;
        Assert.Equal(_now + TimeSpan.FromSeconds(60), _compositor.NextDeadline);
        _compositor.Expire(_now + TimeSpan.FromSeconds(59), _effects);
        Assert.Equal(1, _compositor.Count);
        _compositor.Expire(_now + TimeSpan.FromSeconds(60), _effects);
        Assert.True(Assert.IsType<PublicationEffect.Forget>(_effects[^1]).Expired);
        Assert.Equal(412, Refused(NewPublish(null, tag)));
        Assert.Equal((0, Instant.Never), (_compositor.Count, _compositor.NextDeadline));
    }

    [Fact]
    public void For_ever_never_expires()
    {
        SipRequest request = NewPublish("b", expires: "4294967295");
        request.Headers.Set("Event", "settings");
        Assert.Equal("4294967295", Commit(request, "s", PublicationKind.Initial).Headers.Get("Expires"));
        Assert.Equal(Instant.Never, _compositor.NextDeadline);
    }

    [Fact]
    public void Without_condition_a_publication_replaces_its_slot_and_no_other()
    {
        string first = Publish("b1").Headers.Get("SIP-ETag")!;
        Commit(NewPublish("other"), "another", PublicationKind.Initial);
        Publish("b2");
        Assert.Equal(412, Refused(NewPublish(null, first)));
        Assert.Equal(("b2", 2), (BodyOf(Alice), _compositor.Count));
    }

    [Fact]
    public void A_removal_without_condition_empties_the_slot()
    {
        Publish("b1");
        Assert.NotNull(Publish("whatever", expires: "0", kind: PublicationKind.Remove).Headers.Get("SIP-ETag"));
        Assert.Equal(0, _compositor.Count);
    }

    [Fact]
    public void Nothing_changes_until_it_is_committed()
    {
        string tag = Publish("b1").Headers.Get("SIP-ETag")!;
        Assert.True(_compositor.TryCheck(NewPublish("b2", tag), Alice, out _, out _));
        Assert.Equal("b1", BodyOf(Alice));
        Assert.True(_compositor.TryCheck(NewPublish(null, tag), Alice, out _, out _));
    }

    [Fact]
    public void Too_many_publications_are_refused_with_their_reason()
    {
        for (int i = 0; i < 2; i++)
            Assert.Equal(200, Commit(NewPublish("b"), $"s{i}", PublicationKind.Initial).Status);
        Assert.Equal(403, Commit(NewPublish("b"), "s2", PublicationKind.Initial, committed: false).Status);
        // What is there already may change.
        Assert.Equal(200, Commit(NewPublish("b"), "s1", PublicationKind.Initial).Status);
        Assert.Equal(200, Commit(NewPublish("b"), "s0", PublicationKind.Initial, publisher: "bob").Status);
        SipResponse full = Commit(NewPublish("b"), "s0", PublicationKind.Initial, publisher: "carol", committed: false);
        Assert.Equal((503, "60"), (full.Status, full.Headers.Get("Retry-After")));
        Assert.Contains("3 publications are held", full.Headers.Get("Warning"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_kept_is_found_after_a_restart()
    {
        string tag = Publish("b1").Headers.Get("SIP-ETag")!;
        var kept = (PublicationEffect.Save)_effects[^1];
        EventStateCompositor next = NewCompositor();
        next.Restore(kept.State, kept.ExpiresAt);
        Assert.True(next.TryCheck(NewPublish(null, tag), Alice, out Publication? publication, out _));
        Assert.Equal((PublicationKind.Refresh, kept.State), (publication.Kind, publication.Current));
        Assert.Equal(kept.ExpiresAt, next.NextDeadline);
    }

    private static EventStateCompositor NewCompositor() => new(
        new EventStateCompositorOptions { HostName = "example.org", MaxStates = 3, MaxStatesPerPublisher = 2 }, [Presence, Settings], new SeededEntropy(5));

    private static SipRequest NewPublish(string? body, string? tag = null, string? expires = null)
    {
        var request = new SipRequest(SipMethods.Publish, Alice);
        request.Headers.Add("From", $"<{Alice}>;tag=a").Add("To", $"<{Alice}>").Add("Call-ID", "c").Add("CSeq", "1 PUBLISH").Add("Event", "presence");
        if (tag is not null)
            request.Headers.Add("SIP-If-Match", tag);
        if (expires is not null)
            request.Headers.Add("Expires", expires);
        if (body is not null)
            request.SetBody("text/plain", System.Text.Encoding.UTF8.GetBytes(body));
        return request;
    }

    private SipResponse Publish(string? body, string? tag = null, string? expires = null, PublicationKind kind = PublicationKind.Initial) =>
        Commit(NewPublish(body, tag, expires), "s", kind);

    private SipResponse Commit(SipRequest request, string slot, PublicationKind kind, string publisher = Alice, bool committed = true)
    {
        Assert.True(_compositor.TryCheck(request, publisher, out Publication? publication, out _));
        Assert.Equal(kind, publication.Kind);
        EventBody? body = request.Body.Length == 0 ? null : new EventBody(request.ContentType!, request.Body);
        SipResponse response = _compositor.Commit(publication, slot, body, _now, _effects, out bool made);
        Assert.Equal(committed, made);
        return response;
    }

    private int Refused(SipRequest request)
    {
        Assert.False(_compositor.TryCheck(request, Alice, out _, out SipResponse? refusal));
        return refusal.Status;
    }

    private string? BodyOf(string publisher) =>
        _compositor.Find("presence", publisher, "s")?.Body is { } body ? System.Text.Encoding.UTF8.GetString(body.Content.Span) : null;
}
