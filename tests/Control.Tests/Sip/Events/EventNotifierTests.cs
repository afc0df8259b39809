using System.Net;
using System.Text;
using MediaEngine.Control.Tests.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>RFC 6665 4.2 in virtual time.</summary>
public sealed class EventNotifierTests
{
    private const string Berlin = "sip:berlin@example.org";
    private const string Alice = "sip:alice@example.org";

    private static readonly SipDestination Somewhere = new(SipTransportKind.Udp, new IPEndPoint(IPAddress.Loopback, 5070));

    private readonly TestPackage _package = new();
    private readonly List<EventEffect> _effects = [];
    private EventNotifier _notifier;
    private Instant _now = Instant.FromMilliseconds(1000);
    private int _dialogs;

    public EventNotifierTests() => _notifier = NewNotifier();

    [Fact]
    public void A_subscription_is_granted_and_told_at_once()
    {
        SipResponse ok = Subscribe(out _, expires: "3600");

        Assert.Equal(200, ok.Status);
        Assert.Equal("3600", ok.Headers.Get("Expires"));
        Assert.NotNull(ok.To!.Tag);
        SipRequest notify = Notified();
        Assert.Equal("weather", notify.Headers.Get("Event"));
        Assert.Equal("active;expires=3600", notify.Headers.Get("Subscription-State"));
        Assert.Equal("full 1", TextOf(notify));
        Assert.Equal("application/weather+xml", notify.ContentType);
        Assert.Equal("1 NOTIFY", notify.Headers.Get("CSeq"));
        Assert.Equal("sip:alice@192.0.2.1", notify.RequestUri);
        Assert.Equal(ok.To.Tag, notify.From!.Tag);
        Assert.Equal("<sip:events@example.org>", notify.Headers.Get("Contact"));
    }

    [Theory]
    [InlineData("7200", "3600")]
    [InlineData("4294967295", "3600")]
    [InlineData(null, "1800")]
    [InlineData("60", "60")]
    public void Durations_are_shortened_to_ours(string? asked, string granted)
    {
        _notifier = NewNotifier(package: new TestPackage { DefaultExpires = TimeSpan.FromMinutes(30) });
        Assert.Equal(granted, Subscribe(out _, asked).Headers.Get("Expires"));
    }

    [Theory]
    [InlineData("59", 423)]
    [InlineData("1", 423)]
    [InlineData("x", 400)]
    [InlineData("4294967296", 400)]
    public void Brief_and_faulty_durations_are_refused(string asked, int status)
    {
        SipResponse? refusal = _notifier.Refusal(NewSubscribe(asked), out _);
        Assert.Equal(status, refusal?.Status);
        Assert.Equal(status == 423 ? "60" : null, refusal!.Headers.Get("Min-Expires"));
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("Weather")]
    [InlineData(null)]
    [InlineData("weather;id=\"a\"b")]
    public void Unknown_packages_get_489_and_those_there_are(string? named)
    {
        SipRequest request = NewSubscribe("3600");
        request.Headers.Remove("Event");
        if (named is not null)
            request.Headers.Add("Event", named);
        SipResponse? refusal = _notifier.Refusal(request, out _);
        Assert.Equal((489, "weather"), (refusal?.Status, refusal?.Headers.Get("Allow-Events")));
    }

    [Theory]
    [InlineData("application/sdp", 406)]
    [InlineData("text/*", 0)]
    [InlineData("application/sdp, text/plain;q=0.5", 0)]
    [InlineData("*/*", 0)]
    public void What_the_subscriber_does_not_take_is_not_sent(string accept, int refused)
    {
        SipRequest request = NewSubscribe("3600");
        request.Headers.Add("Accept", accept);
        Assert.Equal(refused, _notifier.Refusal(request, out _)?.Status ?? 0);
        if (refused != 0)
            return;
        Accept(request);
        Assert.Equal(accept == "*/*" ? "application/weather+xml" : "text/plain", Notified().ContentType);
    }

    [Fact]
    public void Without_Contact_there_is_no_dialog()
    {
        SipRequest request = NewSubscribe("3600");
        request.Headers.Remove("Contact");
        Assert.Equal(400, _notifier.Refusal(request, out _)?.Status);
    }

    [Fact]
    public void Expires_0_outside_a_dialog_fetches_the_state_once_and_leaves_nothing()
    {
        SipResponse ok = Subscribe(out EventSubscription subscription, expires: "0");
        Assert.Equal("0", ok.Headers.Get("Expires"));
        SipRequest notify = Notified();
        Assert.Equal("terminated;reason=timeout", notify.Headers.Get("Subscription-State"));
        Assert.Equal("full 1", TextOf(notify));
        Assert.DoesNotContain(_effects, effect => effect is EventEffect.Save);
        Answer(subscription, notify);
        Assert.Equal((0, Instant.Never), (_notifier.Count, _notifier.NextDeadline));
    }

    [Fact]
    public void While_a_NOTIFY_is_outstanding_changes_wait_and_only_the_newest_state_is_told()
    {
        Subscribe(out EventSubscription subscription);
        SipRequest first = Notified();
        foreach (int state in (int[])[2, 3, 4])
        {
            Change(state);
            Pass(TimeSpan.FromSeconds(30));
        }
        Assert.Empty(Notifications());
        Answer(subscription, first);
        Pass(TimeSpan.Zero);
        SipRequest second = Notified();
        Assert.Equal(("partial 4", "2 NOTIFY"), (TextOf(second), second.Headers.Get("CSeq")));
    }

    [Fact]
    public void Changes_are_told_no_more_often_than_the_package_says()
    {
        Subscribe(out EventSubscription subscription);
        Answer(subscription, Notified());
        Change(2);
        Assert.Empty(Notifications());
        Assert.Equal(_now + _package.MinInterval, _notifier.NextDeadline);
        Pass(_package.MinInterval - TimeSpan.FromMilliseconds(1));
        Assert.Empty(Notifications());
        Change(3);
        Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal("partial 3", TextOf(Notified()));
    }

    [Fact]
    public void All_together_are_told_no_more_often_than_the_notifier_may()
    {
        _notifier = NewNotifier(new EventNotifierOptions { Contact = "<sip:e@h>", HostName = "h", MaxNotificationsPerSecond = 20 });
        for (int i = 0; i < 10; i++)
        {
            Subscribe(out EventSubscription subscription);
            Answer(subscription, Notified());
        }
        Pass(_package.MinInterval);
        Change(2);
        var perWindow = new List<int>();
        while (!_notifier.NextDeadline.IsNever && _notifier.NextDeadline < _now + TimeSpan.FromSeconds(5))
        {
            _now = _notifier.NextDeadline < _now ? _now : _notifier.NextDeadline;
            _notifier.Expire(_now, _effects);
            perWindow.Add(Notifications().Count);
            _effects.Clear();
        }
        Assert.Equal([2, 2, 2, 2, 2], perWindow.Where(count => count > 0));
    }

    [Fact]
    public void A_refresh_is_answered_and_told_in_full()
    {
        SipRequest subscribe = NewSubscribe("600");
        SipResponse ok = Accept(subscribe, out EventSubscription subscription);
        Answer(subscription, Notified());
        Pass(TimeSpan.FromSeconds(300));
        SipResponse again = Refresh(subscribe, ok, 2, "600");
        Assert.Equal((200, "600"), (again.Status, again.Headers.Get("Expires")));
        SipRequest notify = Notified();
        Assert.Equal(("full 1", "active;expires=600"), (TextOf(notify), notify.Headers.Get("Subscription-State")));
        Answer(subscription, notify);
        Pass(TimeSpan.FromSeconds(599));
        Assert.Equal(1, _notifier.Count);
        Assert.Empty(Notifications());
    }

    [Fact]
    public void An_older_refresh_gets_500_and_one_for_another_dialog_or_event_is_not_found()
    {
        SipRequest subscribe = NewSubscribe("600");
        SipResponse ok = Accept(subscribe, out _);
        Assert.Equal(500, Refresh(subscribe, ok, 1, "600").Status);
        Assert.NotNull(_notifier.Find(InDialog(subscribe, ok, 2, "600")));
        SipRequest stranger = InDialog(subscribe, ok, 3, "600");
        stranger.Headers.Set("Call-ID", "another");
        Assert.Null(_notifier.Find(stranger));
        SipRequest other = InDialog(subscribe, ok, 3, "600");
        other.Headers.Set("Event", "weather;id=2");
        Assert.Null(_notifier.Find(other));
    }

    [Fact]
    public void An_event_id_is_repeated_and_tells_subscriptions_apart()
    {
        SipRequest subscribe = NewSubscribe("600");
        subscribe.Headers.Set("Event", "weather;id=42");
        SipResponse ok = Accept(subscribe, out _);
        Assert.Equal("weather;id=42", Notified().Headers.Get("Event"));
        SipRequest without = InDialog(subscribe, ok, 2, "600");
        without.Headers.Set("Event", "weather");
        Assert.Null(_notifier.Find(without));
        Assert.NotNull(_notifier.Find(InDialog(subscribe, ok, 2, "600")));
    }

    [Fact]
    public void Unsubscribing_is_answered_and_the_last_state_told()
    {
        SipRequest subscribe = NewSubscribe("600");
        SipResponse ok = Accept(subscribe, out EventSubscription subscription);
        Answer(subscription, Notified());
        Assert.Equal("0", Refresh(subscribe, ok, 2, "0").Headers.Get("Expires"));
        Assert.Contains(_effects, effect => effect is EventEffect.Forget { Why: "timeout" });
        SipRequest last = Notified();
        Assert.Equal("terminated;reason=timeout", last.Headers.Get("Subscription-State"));
        Assert.Null(_notifier.Find(InDialog(subscribe, ok, 3, "600")));
        Answer(subscription, last);
        Assert.Equal((0, Instant.Never), (_notifier.Count, _notifier.NextDeadline));
    }

    [Fact]
    public void What_is_not_refreshed_ends_with_timeout()
    {
        Subscribe(out EventSubscription subscription, "600");
        Answer(subscription, Notified());
        Pass(TimeSpan.FromSeconds(600));
        Assert.Equal("terminated;reason=timeout", Notified().Headers.Get("Subscription-State"));
        Assert.Contains(_effects, effect => effect is EventEffect.Forget);
    }

    [Theory]
    [InlineData(SubscriptionReasons.NoResource, null, "terminated;reason=noresource")]
    [InlineData(SubscriptionReasons.Probation, 30u, "terminated;reason=probation;retry-after=30")]
    [InlineData(SubscriptionReasons.Rejected, null, "terminated;reason=rejected")]
    public void The_notifier_may_end_it_and_the_last_NOTIFY_waits_for_the_one_before(string reason, uint? retryAfter_s, string state)
    {
        Subscribe(out EventSubscription subscription);
        SipRequest first = Notified();
        _notifier.Terminate(subscription, reason, _now, _effects, retryAfter_s);
        Assert.Empty(Notifications());
        Answer(subscription, first);
        SipRequest last = Notified();
        Assert.Equal(state, last.Headers.Get("Subscription-State"));
        Answer(subscription, last);
        Assert.Equal(0, _notifier.Count);
    }

    [Theory]
    [InlineData(481)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(603)]
    public void An_error_in_answer_to_NOTIFY_ends_the_subscription(int status)
    {
        Subscribe(out EventSubscription subscription);
        _notifier.Answered(subscription, SipResponse.For(Notified(), status), _now, _effects);
        Assert.Contains(_effects, effect => effect is EventEffect.Forget);
        Assert.Equal((0, Instant.Never), (_notifier.Count, _notifier.NextDeadline));
    }

    [Fact]
    public void An_error_with_Retry_After_is_tried_again_with_the_full_state()
    {
        Subscribe(out EventSubscription subscription);
        SipResponse busy = SipResponse.For(Notified(), 503);
        busy.Headers.Add("Retry-After", "20");
        _notifier.Answered(subscription, busy, _now, _effects);
        _package.State = 2;
        Pass(TimeSpan.FromSeconds(19));
        Assert.Empty(Notifications());
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("full 2", TextOf(Notified()));
    }

    [Fact]
    public void Retry_After_does_not_save_a_subscription_that_the_peer_does_not_know()
    {
        Subscribe(out EventSubscription subscription);
        SipResponse gone = SipResponse.For(Notified(), 481);
        gone.Headers.Add("Retry-After", "20");
        _notifier.Answered(subscription, gone, _now, _effects);
        Assert.Equal(0, _notifier.Count);
    }

    [Fact]
    public void A_NOTIFY_that_nobody_answers_ends_the_subscription()
    {
        Subscribe(out EventSubscription subscription);
        _notifier.Failed(subscription, "Timeout", _effects);
        Assert.Contains(_effects, effect => effect is EventEffect.Forget { Why: "Timeout" });
        Assert.Equal((0, Instant.Never), (_notifier.Count, _notifier.NextDeadline));
    }

    [Fact]
    public void A_subscriber_that_is_held_gets_everything_when_it_can_be_reached()
    {
        Subscribe(out EventSubscription subscription);
        _ = Notified();
        _notifier.Hold(subscription, _effects);
        Change(2);
        Pass(TimeSpan.FromSeconds(60));
        Assert.Empty(Notifications());
        _notifier.Resume(subscription, _now);
        Pass(TimeSpan.Zero);
        Assert.Equal("full 2", TextOf(Notified()));
    }

    [Fact]
    public void A_subscriber_that_is_never_reached_again_is_forgotten_when_its_time_is_over()
    {
        Subscribe(out EventSubscription subscription, "600");
        _notifier.Hold(subscription, _effects);
        Pass(TimeSpan.FromSeconds(600));
        Assert.Contains(_effects, effect => effect is EventEffect.Forget);
        Assert.Equal((0, Instant.Never), (_notifier.Count, _notifier.NextDeadline));
    }

    [Fact]
    public void A_pending_subscriber_sees_the_state_only_when_it_is_authorised()
    {
        SipRequest subscribe = NewSubscribe("600");
        SipResponse ok = _notifier.Accept(subscribe, [Berlin], Alice, Somewhere, _now, _effects, isPending: true);
        EventSubscription subscription = _notifier.Subscriptions.Single();
        SipRequest first = Notified();
        Assert.Equal((200, "pending;expires=600", 0), (ok.Status, first.Headers.Get("Subscription-State"), first.Body.Length));
        Answer(subscription, first);
        Pass(_package.MinInterval);
        Change(2);
        Assert.Empty(Notifications());
        _notifier.Activate(subscription, _now, _effects);
        Assert.Equal("full 2", TextOf(Notified()));
    }

    [Fact]
    public void Too_many_subscriptions_are_refused_with_their_reason()
    {
        _notifier = NewNotifier(new EventNotifierOptions { Contact = "<sip:e@h>", HostName = "h", MaxSubscriptions = 3, MaxSubscriptionsPerSubscriber = 2 });
        Assert.Equal([200, 200, 403], Enumerable.Range(0, 3).Select(_ => Subscribe(out EventSubscription _).Status));
        Assert.Equal(200, _notifier.Accept(NewSubscribe("600"), [Berlin], "bob", Somewhere, _now, _effects).Status);
        SipResponse full = _notifier.Accept(NewSubscribe("600"), [Berlin], "carol", Somewhere, _now, _effects);
        Assert.Equal((503, "60"), (full.Status, full.Headers.Get("Retry-After")));
        Assert.Contains("3 subscriptions are held", full.Headers.Get("Warning"), StringComparison.Ordinal);
        Assert.Equal(3, _notifier.Count);
    }

    [Fact]
    public void After_a_restart_the_subscriber_gets_everything_under_numbers_never_used_before()
    {
        SipRequest subscribe = NewSubscribe("3600");
        SipResponse ok = Accept(subscribe, out EventSubscription subscription);
        var used = new HashSet<uint>();
        EventSubscriptionSnapshot kept = null!;
        for (int i = 0; i < 600; i++)
        {
            // What is kept before a NOTIFY leaves is what the next process finds.
            kept = _effects.OfType<EventEffect.Save>().LastOrDefault() is null ? kept : subscription.ToSnapshot();
            SipRequest notify = Notified();
            Assert.True(used.Add(notify.CSeq.Number));
            Assert.True(kept.Dialog.LocalCSeq >= notify.CSeq.Number);
            Answer(subscription, notify);
            Change(i + 2);
            Pass(_package.MinInterval);
        }
        _effects.Clear();

        _notifier = NewNotifier();
        EventSubscription restored = _notifier.Restore(kept, _now + TimeSpan.FromSeconds(100), Somewhere, _now)!;
        Assert.Equal(subscription.Id, restored.Id);
        Pass(TimeSpan.Zero);
        SipRequest first = Notified();
        Assert.StartsWith("full ", TextOf(first), StringComparison.Ordinal);
        Assert.Equal("active;expires=100", first.Headers.Get("Subscription-State"));
        Assert.True(first.CSeq.Number > used.Max());
        Assert.Equal((ok.To!.Tag, subscribe.From!.Tag, subscribe.CallId), (first.From!.Tag, first.To!.Tag, first.CallId));
        // The number that the subscriber used last still counts.
        Assert.Equal(500, Refresh(subscribe, ok, 1, "600").Status);
        Assert.Equal(200, Refresh(subscribe, ok, 2, "600").Status);
    }

    [Fact]
    public void A_subscription_may_be_to_several_resources_and_to_others_after_a_refresh()
    {
        SipRequest subscribe = NewSubscribe("3600");
        SipResponse ok = _notifier.Accept(subscribe, ["a", "b"], Alice, Somewhere, _now, _effects);
        EventSubscription subscription = _notifier.Subscriptions.Single();
        Answer(subscription, Notified());
        Assert.Equal([1, 1, 0], CountsOf("a", "b", "c"));
        _notifier.Refresh(subscription, InDialog(subscribe, ok, 2, "600"), _now, _effects, ["b", "c"]);
        Assert.Equal([0, 1, 1], CountsOf("a", "b", "c"));
    }

    private int[] CountsOf(params string[] resources) => [.. resources.Select(resource => _notifier.SubscriptionsTo(_package, resource).Count)];

    private EventNotifier NewNotifier(EventNotifierOptions? options = null, TestPackage? package = null) => new(
        options ?? new EventNotifierOptions { Contact = "<sip:events@example.org>", HostName = "example.org", MaxSubscriptionsPerSubscriber = 100 },
        [package ?? _package], new SeededEntropy(1 + _dialogs));

    private SipRequest NewSubscribe(string? expires)
    {
        var request = new SipRequest(SipMethods.Subscribe, Berlin);
        request.Headers.Add("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1").Add("From", $"<{Alice}>;tag=a{++_dialogs}").Add("To", $"<{Berlin}>")
            .Add("Call-ID", $"c{_dialogs}").Add("CSeq", "1 SUBSCRIBE").Add("Contact", "<sip:alice@192.0.2.1>").Add("Event", "weather");
        if (expires is not null)
            request.Headers.Add("Expires", expires);
        return request;
    }

    private static SipRequest InDialog(SipRequest first, SipResponse ok, uint number, string expires)
    {
        SipRequest request = first.Clone();
        request.Headers.Set("To", ok.To!.ToString());
        request.Headers.Set("CSeq", $"{number} SUBSCRIBE");
        request.Headers.Set("Expires", expires);
        return request;
    }

    private SipResponse Subscribe(out EventSubscription subscription, string? expires = "3600") => Accept(NewSubscribe(expires), out subscription);

    private SipResponse Accept(SipRequest subscribe) => Accept(subscribe, out _);

    private SipResponse Accept(SipRequest subscribe, out EventSubscription subscription)
    {
        Assert.Null(_notifier.Refusal(subscribe, out _));
        int before = _effects.Count;
        SipResponse response = _notifier.Accept(subscribe, [Berlin], Alice, Somewhere, _now, _effects);
        subscription = _effects.Skip(before).FirstOrDefault()?.Subscription!;
        return response;
    }

    private SipResponse Refresh(SipRequest first, SipResponse ok, uint number, string expires)
    {
        SipRequest request = InDialog(first, ok, number, expires);
        return _notifier.Refresh(_notifier.Find(request)!, request, _now, _effects);
    }

    private void Change(int state)
    {
        _package.State = state;
        _notifier.Changed(_package, Berlin, _now);
    }

    private void Pass(TimeSpan duration)
    {
        Instant end = _now + duration;
        while (_notifier.NextDeadline <= end)
        {
            _now = _notifier.NextDeadline < _now ? _now : _notifier.NextDeadline;
            _notifier.Expire(_now, _effects);
        }
        _now = end;
    }

    private void Answer(EventSubscription subscription, SipRequest notify)
    {
        _effects.Clear();
        _notifier.Answered(subscription, SipResponse.For(notify, 200), _now, _effects);
    }

    private List<SipRequest> Notifications() => [.. _effects.OfType<EventEffect.Notify>().Select(effect => effect.Request)];

    private SipRequest Notified()
    {
        SipRequest notify = Assert.Single(Notifications());
        _effects.RemoveAll(effect => effect is EventEffect.Notify);
        return notify;
    }

    private static string TextOf(SipRequest notify) => Encoding.UTF8.GetString(notify.Body.Span);
}
