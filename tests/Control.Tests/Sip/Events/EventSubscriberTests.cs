using MediaEngine.Control.Tests.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>RFC 6665 4.1 in virtual time; the notifier is written here by hand.</summary>
public sealed class EventSubscriberTests
{
    private static readonly TimeSpan TimerN = TimeSpan.FromSeconds(32);

    private readonly List<SubscriberEffect> _effects = [];
    private EventSubscriber _subscriber;
    private Instant _now = Instant.FromMilliseconds(1000);
    private uint _cseq;

    public EventSubscriberTests() => _subscriber = NewSubscriber();

    [Fact]
    public void The_first_SUBSCRIBE_is_complete_and_the_dialog_begins_with_the_NOTIFY()
    {
        SipRequest subscribe = Start();
        Assert.Equal("sip:berlin@example.org", subscribe.RequestUri);
        Assert.Equal(("weather;id=1", "3600", "text/plain", "1 SUBSCRIBE"), (subscribe.Headers.Get("Event"), subscribe.Headers.Get("Expires"), subscribe.Headers.Get("Accept"), subscribe.Headers.Get("CSeq")));
        Assert.Null(subscribe.To!.Tag);
        Respond(subscribe, 200, "n1", "3600");
        Assert.Equal(0, _subscriber.DialogCount);
        Assert.Equal(200, Notify(subscribe, "n1").Status);
        Assert.Equal(1, _subscriber.DialogCount);
        Assert.Equal("active", Assert.Single(_effects.OfType<SubscriberEffect.Notified>()).State.State);
    }

    [Fact]
    public void A_NOTIFY_that_comes_before_the_200_is_taken()
    {
        SipRequest subscribe = Start();
        Assert.Equal(200, Notify(subscribe, "n1", "active;expires=100").Status);
        Respond(subscribe, 200, "n1", "100");
        Pass(TimeSpan.FromSeconds(49));
        Assert.Empty(Sent());
        Pass(TimeSpan.FromSeconds(2));
        Assert.Equal("2 SUBSCRIBE", Assert.Single(Sent()).Headers.Get("CSeq"));
    }

    [Fact]
    public void Without_a_NOTIFY_Timer_N_ends_it_and_it_is_tried_anew()
    {
        SipRequest subscribe = Start();
        Respond(subscribe, 200, "n1", "3600");
        Pass(TimerN - TimeSpan.FromMilliseconds(1));
        Assert.DoesNotContain(_effects, effect => effect is SubscriberEffect.Ended);
        Pass(TimeSpan.FromMilliseconds(1));
        Assert.Contains(_effects, effect => effect is SubscriberEffect.Ended { RetryAt.IsNever: false });
        Assert.NotEqual(subscribe.CallId, Assert.Single(Sent()).CallId);
        // What comes for the former one now is nobody's.
        Assert.Equal(481, Notify(subscribe, "n1").Status);
    }

    [Fact]
    public void A_refresh_goes_in_the_dialog_before_the_end_and_lasts_as_granted()
    {
        SipRequest subscribe = Establish("600");
        Pass(TimeSpan.FromSeconds(541));
        SipRequest refresh = Assert.Single(Sent());
        Assert.Equal(("n1", subscribe.From!.Tag, subscribe.CallId, "sip:notifier@192.0.2.9"), (refresh.To!.Tag, refresh.From!.Tag, refresh.CallId, refresh.RequestUri));
        Assert.Equal(("weather;id=1", "3600", "<sip:alice@192.0.2.1>"), (refresh.Headers.Get("Event"), refresh.Headers.Get("Expires"), refresh.Headers.Get("Contact")));
        Respond(refresh, 200, "n1", "1200");
        Notify(subscribe, "n1", "active;expires=1200");
        Pass(TimeSpan.FromSeconds(1138));
        Assert.Empty(Sent());
        Pass(TimeSpan.FromSeconds(3));
        Assert.Single(Sent());
    }

    [Fact]
    public void After_a_refresh_Timer_N_waits_for_the_NOTIFY_too()
    {
        SipRequest subscribe = Establish("600");
        Pass(TimeSpan.FromSeconds(541));
        Respond(Assert.Single(Sent()), 200, "n1", "600");
        Pass(TimerN);
        Assert.Contains(_effects, effect => effect is SubscriberEffect.Ended);
        Assert.NotEqual(subscribe.CallId, Assert.Single(Sent()).CallId);
    }

    [Fact]
    public void Refused_with_481_a_refresh_leads_to_a_new_subscription_at_once()
    {
        SipRequest subscribe = Establish("600");
        Pass(TimeSpan.FromSeconds(541));
        Respond(Assert.Single(Sent()), 481, "n1");
        Pass(TimeSpan.Zero);
        SipRequest anew = Assert.Single(Sent());
        Assert.Null(anew.To!.Tag);
        Assert.NotEqual(subscribe.CallId, anew.CallId);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(489)]
    [InlineData(501)]
    public void Refused_for_good_a_refresh_ends_it(int status)
    {
        Establish("600");
        Pass(TimeSpan.FromSeconds(541));
        Respond(Assert.Single(Sent()), status, "n1");
        Assert.Contains(_effects, effect => effect is SubscriberEffect.Ended { RetryAt.IsNever: true, Response: not null });
        Assert.True(_subscriber.IsOver);
    }

    [Fact]
    public void Refused_for_now_a_refresh_is_tried_again_while_the_subscription_lasts()
    {
        Establish("600");
        Pass(TimeSpan.FromSeconds(541));
        SipRequest refresh = Assert.Single(Sent());
        Respond(refresh, 503, "n1");
        Pass(TimeSpan.FromSeconds(10));
        SipRequest second = Assert.Single(Sent());
        Assert.Equal(refresh.CSeq.Number + 1, second.CSeq.Number);
        _subscriber.ReceiveFailure(second, "Timeout", _now, _effects);
        Pass(TimeSpan.FromSeconds(10));
        SipResponse notNow = SipResponse.For(Assert.Single(Sent()), 503, toTag: "n1");
        notNow.Headers.Add("Retry-After", "100");
        _subscriber.ReceiveResponse(notNow, _now, _effects);
        Assert.DoesNotContain(_effects, effect => effect is SubscriberEffect.Ended);
        // The time that was granted last is over.
        Pass(TimeSpan.FromSeconds(60));
        Assert.Contains(_effects, effect => effect is SubscriberEffect.Ended { Reason: SubscriptionReasons.Timeout });
    }

    [Fact]
    public void Credentials_cost_a_number_that_is_not_used_again()
    {
        SipRequest subscribe = Start();
        SipRequest again = subscribe.Clone();
        again.Headers.Set("CSeq", "2 SUBSCRIBE");
        Respond(again, 200, "n1", "600");
        Notify(subscribe, "n1", "active;expires=600");
        Pass(TimeSpan.FromSeconds(541));
        Assert.Equal("3 SUBSCRIBE", Assert.Single(Sent()).Headers.Get("CSeq"));
    }

    [Fact]
    public void Too_brief_a_duration_is_raised_once()
    {
        SipRequest subscribe = Start();
        SipResponse brief = SipResponse.For(subscribe, 423, toTag: "n1");
        brief.Headers.Add("Min-Expires", "7200");
        _subscriber.ReceiveResponse(brief, _now, _effects);
        SipRequest longer = Assert.Single(Sent());
        Assert.Equal(("7200", "2 SUBSCRIBE"), (longer.Headers.Get("Expires"), longer.Headers.Get("CSeq")));
        SipResponse again = SipResponse.For(longer, 423, toTag: "n1");
        again.Headers.Add("Min-Expires", "9000");
        _subscriber.ReceiveResponse(again, _now, _effects);
        Assert.Empty(Sent());
        Assert.True(_subscriber.IsOver);
    }

    [Theory]
    [InlineData("terminated;reason=deactivated", 0)]
    [InlineData("terminated;reason=deactivated;retry-after=50", 0)]
    [InlineData("terminated;reason=timeout", 0)]
    [InlineData("terminated;reason=unheardof", 0)]
    [InlineData("terminated", 0)]
    [InlineData("terminated;reason=probation;retry-after=50", 50)]
    [InlineData("terminated;reason=giveup;retry-after=70", 70)]
    [InlineData("terminated;reason=probation", 300)]
    [InlineData("terminated;reason=rejected", -1)]
    [InlineData("terminated;reason=noresource;retry-after=5", -1)]
    [InlineData("terminated;reason=invariant", -1)]
    public void What_ends_is_subscribed_to_again_as_its_reason_says(string state, int after_s)
    {
        SipRequest subscribe = Establish("3600");
        Pass(TimeSpan.FromSeconds(100));
        Assert.Equal(200, Notify(subscribe, "n1", state).Status);
        var ended = Assert.Single(_effects.OfType<SubscriberEffect.Ended>());
        Assert.Equal(after_s < 0 ? Instant.Never : _now + TimeSpan.FromSeconds(after_s), ended.RetryAt);
        Assert.Equal(after_s < 0, _subscriber.IsOver);
        Pass(TimeSpan.FromSeconds(Math.Max(after_s, 0)));
        Assert.Equal(after_s < 0 ? 0 : 1, Sent().Count);
    }

    [Fact]
    public void A_notifier_that_ends_every_subscription_at_once_is_asked_ever_more_rarely()
    {
        var asked = new List<double>();
        SipRequest subscribe = Start();
        for (int i = 0; i < 8; i++)
        {
            asked.Add((_now - Instant.Zero).TotalSeconds);
            Notify(subscribe, "n1", "terminated;reason=deactivated");
            Pass(_subscriber.NextDeadline - _now);
            subscribe = Assert.Single(Sent());
        }
        Assert.Equal([0, 2, 4, 8, 16, 32, 64], asked.Skip(1).Zip(asked, (later, earlier) => later - earlier));
    }

    [Fact]
    public void The_state_once_is_over_with_its_NOTIFY()
    {
        _subscriber = NewSubscriber(options => options with { Expires_s = 0 });
        SipRequest subscribe = Start();
        Assert.Equal("0", subscribe.Headers.Get("Expires"));
        Respond(subscribe, 200, "n1", "0");
        Assert.Equal(200, Notify(subscribe, "n1", "terminated;reason=timeout").Status);
        Assert.True(_subscriber.IsOver);
        Assert.Equal(Instant.Never, Assert.Single(_effects.OfType<SubscriberEffect.Ended>()).RetryAt);
    }

    [Fact]
    public void Unsubscribing_waits_for_the_last_NOTIFY_and_does_not_come_back()
    {
        SipRequest subscribe = Establish("3600");
        _subscriber.Unsubscribe(_now, _effects);
        SipRequest last = Assert.Single(Sent());
        Assert.Equal("0", last.Headers.Get("Expires"));
        Respond(last, 200, "n1", "0");
        Assert.False(_subscriber.IsOver);
        Notify(subscribe, "n1", "terminated;reason=timeout");
        Assert.True(_subscriber.IsOver);
        Assert.Equal(Instant.Never, _subscriber.NextDeadline);
    }

    [Fact]
    public void Who_unsubscribes_before_the_first_NOTIFY_does_it_when_that_comes()
    {
        SipRequest subscribe = Start();
        _subscriber.Unsubscribe(_now, _effects);
        Assert.Empty(Sent());
        Respond(subscribe, 200, "n1", "3600");
        Notify(subscribe, "n1");
        Assert.Equal("0", Assert.Single(Sent()).Headers.Get("Expires"));
    }

    [Theory]
    [InlineData(1, 481)]
    [InlineData(2, 200)]
    public void A_forked_SUBSCRIBE_makes_as_many_dialogs_as_the_package_wants(int dialogs, int status)
    {
        _subscriber = NewSubscriber(options => options with { MaxDialogs = dialogs });
        SipRequest subscribe = Start();
        Respond(subscribe, 200, "n1", "3600");
        Assert.Equal(200, Notify(subscribe, "n1").Status);
        Assert.Equal(status, Notify(subscribe, "n2").Status);
        Assert.Equal(481, Notify(subscribe, "n3").Status);
        Assert.Equal(dialogs, _subscriber.DialogCount);
        // One notifier's end is not the others'.
        Notify(subscribe, "n1", "terminated;reason=noresource");
        Assert.Equal(dialogs == 1, _subscriber.IsOver);
    }

    [Fact]
    public void After_Timer_N_no_further_fork_makes_a_dialog()
    {
        _subscriber = NewSubscriber(options => options with { MaxDialogs = 4 });
        SipRequest subscribe = Start();
        Respond(subscribe, 200, "n1", "3600");
        Notify(subscribe, "n1");
        Pass(TimerN);
        Assert.Equal(481, Notify(subscribe, "n2").Status);
    }

    [Theory]
    [InlineData("Event", "weather", 481)]
    [InlineData("Event", "weather;id=2", 481)]
    [InlineData("Call-ID", "another", 481)]
    [InlineData("To", "<sip:alice@example.org>;tag=guess", 481)]
    [InlineData("Subscription-State", "active;expires=x", 400)]
    [InlineData("Subscription-State", "", 400)]
    public void What_is_not_about_this_subscription_is_refused(string header, string value, int status)
    {
        SipRequest subscribe = Establish("3600");
        _effects.Clear();
        SipRequest notify = NewNotify(subscribe, "n1", "active");
        if (value.Length == 0)
            notify.Headers.Remove(header);
        else
            notify.Headers.Set(header, value);
        Assert.Equal(status, _subscriber.ReceiveNotify(notify, _now, _effects).Status);
        Assert.Empty(_effects);
    }

    [Fact]
    public void An_older_NOTIFY_is_answered_500()
    {
        SipRequest subscribe = Establish("3600");
        SipRequest late = NewNotify(subscribe, "n1", "active");
        late.Headers.Set("CSeq", "1 NOTIFY");
        Assert.Equal(500, _subscriber.ReceiveNotify(late, _now, _effects).Status);
    }

    [Fact]
    public void A_refusal_for_good_ends_it_with_the_answer()
    {
        Respond(Start(), 403, "n1");
        Assert.Equal(403, Assert.Single(_effects.OfType<SubscriberEffect.Ended>()).Response!.Status);
        Assert.True(_subscriber.IsOver);
    }

    [Fact]
    public void The_notifier_of_this_library_and_the_subscriber_understand_each_other()
    {
        var package = new TestPackage("weather");
        var notifier = new EventNotifier(new EventNotifierOptions { Contact = "<sip:n@192.0.2.9>", HostName = "h" }, [package], new SeededEntropy(3));
        var told = new List<string>();
        int ends = 0;
        var destination = new SipDestination(SipTransportKind.Udp, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1));
        var toNotifier = new List<EventEffect>();
        _subscriber.Start(_now, _effects);
        for (int hour = 0; hour < 6; hour++)
        {
            package.State = hour;
            notifier.Changed(package, "r", _now);
            for (Instant end = _now + TimeSpan.FromHours(1); ;)
            {
                Exchange();
                Instant next = Instant.Earlier(_subscriber.NextDeadline, notifier.NextDeadline);
                if (next > end)
                {
                    _now = end;
                    break;
                }
                _now = next < _now ? _now : next;
                _subscriber.Expire(_now, _effects);
                notifier.Expire(_now, toNotifier);
            }
        }
        // Everything new was told, in order, over one subscription that never ended.
        Assert.Equal(["0", "1", "2", "3", "4", "5"], told.Distinct());
        Assert.Equal((1, 1, 0), (notifier.Count, _subscriber.DialogCount, ends));
        _subscriber.Unsubscribe(_now, _effects);
        Exchange();
        Assert.Equal(0, notifier.Count);
        Assert.True(_subscriber.IsOver);

        void Exchange()
        {
            while (_effects.Count + toNotifier.Count > 0)
            {
                SubscriberEffect[] sent = [.. _effects];
                _effects.Clear();
                foreach (SubscriberEffect effect in sent)
                {
                    ends += effect is SubscriberEffect.Ended ? 1 : 0;
                    if (effect is SubscriberEffect.Notified { Notify: { Body.Length: > 0 } notify })
                        told.Add(System.Text.Encoding.UTF8.GetString(notify.Body.Span).Split(' ')[1]);
                    if (effect is SubscriberEffect.Send send)
                    {
                        SipResponse response = send.Request.To!.Tag is null
                            ? notifier.Accept(send.Request, ["r"], "alice", destination, _now, toNotifier)
                            : notifier.Refresh(notifier.Find(send.Request)!, send.Request, _now, toNotifier);
                        _subscriber.ReceiveResponse(response, _now, _effects);
                    }
                }
                EventEffect.Notify[] notifications = [.. toNotifier.OfType<EventEffect.Notify>()];
                toNotifier.Clear();
                foreach (EventEffect.Notify sentNotify in notifications)
                    notifier.Answered(sentNotify.Subscription, _subscriber.ReceiveNotify(sentNotify.Request, _now, _effects), _now, toNotifier);
            }
        }
    }

    private static EventSubscriber NewSubscriber(Func<EventSubscriberOptions, EventSubscriberOptions>? change = null)
    {
        var options = new EventSubscriberOptions
        {
            RequestUri = "sip:berlin@example.org",
            From = "sip:alice@example.org",
            Contact = "<sip:alice@192.0.2.1>",
            HostName = "example.org",
            Event = new SipEvent("weather", "1"),
            Accept = ["text/plain"],
        };
        return new EventSubscriber(change?.Invoke(options) ?? options, new SeededEntropy(4));
    }

    private SipRequest Start()
    {
        _subscriber.Start(_now, _effects);
        return Assert.Single(Sent());
    }

    private SipRequest Establish(string expires)
    {
        SipRequest subscribe = Start();
        Respond(subscribe, 200, "n1", expires);
        Assert.Equal(200, Notify(subscribe, "n1", $"active;expires={expires}").Status);
        _effects.Clear();
        return subscribe;
    }

    private void Respond(SipRequest request, int status, string tag, string? expires = null)
    {
        SipResponse response = SipResponse.For(request, status, toTag: tag);
        if (expires is not null)
            response.Headers.Add("Expires", expires);
        _subscriber.ReceiveResponse(response, _now, _effects);
    }

    private SipResponse Notify(SipRequest subscribe, string tag, string state = "active") =>
        _subscriber.ReceiveNotify(NewNotify(subscribe, tag, state), _now, _effects);

    private SipRequest NewNotify(SipRequest subscribe, string tag, string state)
    {
        var notify = new SipRequest(SipMethods.Notify, "sip:alice@192.0.2.1");
        notify.Headers.Add("From", $"<sip:berlin@example.org>;tag={tag}").Add("To", subscribe.From!.ToString()).Add("Call-ID", subscribe.CallId)
            .Add("CSeq", $"{++_cseq + 10} NOTIFY").Add("Contact", "<sip:notifier@192.0.2.9>").Add("Event", "weather;id=1").Add("Subscription-State", state);
        return notify;
    }

    private void Pass(TimeSpan duration)
    {
        Instant end = _now + duration;
        while (_subscriber.NextDeadline <= end)
        {
            _now = _subscriber.NextDeadline < _now ? _now : _subscriber.NextDeadline;
            _subscriber.Expire(_now, _effects);
        }
        _now = end;
    }

    private List<SipRequest> Sent()
    {
        List<SipRequest> sent = [.. _effects.OfType<SubscriberEffect.Send>().Select(effect => effect.Request)];
        _effects.RemoveAll(effect => effect is SubscriberEffect.Send);
        return sent;
    }
}
