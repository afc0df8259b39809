using System.Net;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>
/// Ten times more requests than the user can answer, for ten minutes of virtual time: the table stays within its bound, urgent
/// requests of those who may make them all get in, and when the flood is over everybody does again.
/// </summary>
[Collection(nameof(Alone))]
public sealed class SipOverloadSoakTests
{
    private const int Capacity = 2_000;
    private const int Answered_perSecond = 400;
    private const int TimerJ_s = 32;
    private const int Flood_s = 600;
    private const int Drain_s = 70;

    private readonly SipTransactionLayer _layer = new(new SipTransactionOptions { MaxTransactions = Capacity }, new SeededEntropy(13));
    private readonly SipEffects _effects = new();
    private readonly Queue<(SipTransactionId Id, SipRequest Request)> _waiting = new();
    private readonly int[] _taken = new int[3];
    private readonly int[] _refused = new int[3];
    private int _number;

    [Fact]
    public void A_flood_of_ten_times_the_capacity_is_shed_strangers_first_in_bounded_memory_and_then_forgotten()
    {
        Instant now = Instant.FromMilliseconds(1000);
        long before = 0;
        for (int second = 0; second < Flood_s; second++)
        {
            // What is asked for each second: nine in ten by strangers, some by users, one urgent one.
            for (int i = 0; i < 10 * Answered_perSecond; i++)
                Receive(i == 0 ? SipStanding.Priority : i % 10 == 1 ? SipStanding.Known : SipStanding.Stranger, now);
            Assert.InRange(_layer.Count, 1, Capacity + (Answered_perSecond * TimerJ_s));
            Answer(Answered_perSecond, now);
            now = Pass(now);
            if (second == Flood_s / 2)
                before = GC.GetTotalMemory(forceFullCollection: true);
        }
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, before + (before / 4));
        Assert.Equal((Flood_s, 0), (_taken[(int)SipStanding.Priority], _refused[(int)SipStanding.Priority]));
        Assert.True(_refused[(int)SipStanding.Stranger] > _taken[(int)SipStanding.Stranger]);

        for (int second = 0; second < Drain_s; second++)
        {
            Answer(int.MaxValue, now);
            now = Pass(now);
        }
        Assert.Equal(0, _layer.Count);
        Assert.True(_layer.NextDeadline.IsNever);
        Array.Clear(_refused);
        for (int i = 0; i < Answered_perSecond; i++)
            Receive(SipStanding.Stranger, now);
        Assert.Equal(0, _refused[(int)SipStanding.Stranger]);
    }

    private void Receive(SipStanding standing, Instant now)
    {
        _effects.Clear();
        _number++;
        var flow = new SipFlow(SipTransportKind.Udp, new IPEndPoint(IPAddress.Loopback, 5060), new IPEndPoint(IPAddress.Parse("192.0.2.7"), 5071), 0);
        SipRequest request = SipText.Request(SipText.Minimal(_number % 2 == 0 ? "MESSAGE" : "INVITE", "\n", $"z9hG4bK{_number}", $"c{_number}"));
        _layer.Receive(request, flow, now, _effects, standing);
        bool taken = _effects[0].Kind == SipEffectKind.DeliverRequest;
        (taken ? _taken : _refused)[(int)standing]++;
        if (taken)
            _waiting.Enqueue((_effects[0].Transaction, request));
    }

    private void Answer(int count, Instant now)
    {
        for (; count > 0 && _waiting.TryDequeue(out var oldest); count--)
        {
            _effects.Clear();
            _layer.Respond(oldest.Id, SipResponse.For(oldest.Request, 403), now, _effects);
        }
    }

    private Instant Pass(Instant now)
    {
        now += TimeSpan.FromSeconds(1);
        _effects.Clear();
        _layer.Expire(now, _effects);
        return now;
    }

    private sealed class SeededEntropy(int seed) : IEntropy
    {
        private readonly Random _random = new(seed);

        public void Fill(Span<byte> destination) => _random.NextBytes(destination);
    }
}
