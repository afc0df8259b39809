using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>The UAS side of RFC 3262 in virtual time.</summary>
public sealed class ReliableProvisionalsTests
{
    private static readonly TimeSpan T1 = TimeSpan.FromMilliseconds(500);
    private static readonly Instant Start = Instant.FromMilliseconds(1_000);

    private readonly SipRequest _invite = Invite("Supported: 100rel");
    private readonly List<SipResponse> _sent = [];

    [Theory]
    [InlineData(0u, "1")]
    [InlineData(41u, "42")]
    [InlineData(0x7FFF_FFFEu, "2147483647")]
    [InlineData(0x7FFF_FFFFu, "1")]
    [InlineData(0xFFFF_FFFFu, "2")]
    public void The_first_number_is_anything_from_1_to_2_to_the_31_less_1(uint random, string rseq)
    {
        ReliableProvisionals provisionals = New(random);

        provisionals.Send(Response(180), Start, _sent);

        Assert.Equal(rseq, _sent.Single().Headers.Get("RSeq"));
        Assert.Equal("100rel", _sent.Single().Headers.Get("Require"));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("Supported: timer", false)]
    [InlineData("Supported: timer, 100REL", true)]
    [InlineData("Require: 100rel", true)]
    public void Responses_are_reliable_for_who_knows_it_but_100_never_is(string headers, bool reliable)
    {
        var provisionals = new ReliableProvisionals(Invite(headers), new FixedEntropy(5), T1);

        provisionals.Send(SipResponse.For(_invite, 100), Start, _sent);
        provisionals.Send(Response(183), Start, _sent);

        Assert.Null(_sent[0].Headers.Get("RSeq"));
        Assert.Equal(reliable ? "6" : null, _sent[1].Headers.Get("RSeq"));
        Assert.Equal(reliable, provisionals.AreReliable);
        Assert.Equal(reliable ? At(500) : Instant.Never, provisionals.NextDeadline);
    }

    [Fact]
    public void It_is_repeated_after_T1_doubled_each_time_without_a_cap_and_then_the_INVITE_is_refused()
    {
        ReliableProvisionals provisionals = New();
        provisionals.Send(Response(180), Start, _sent);
        var times = new List<double>();
        while (!provisionals.NextDeadline.IsNever)
        {
            Instant now = provisionals.NextDeadline;
            times.Add((now - Start) / T1);
            provisionals.Expire(now, _sent);
        }

        Assert.Equal([1, 3, 7, 15, 31, 63, 64], times);
        Assert.Equal([180, 180, 180, 180, 180, 180, 180, 504], _sent.Select(response => response.Status));
        Assert.Equal("tb", _sent[^1].To!.Tag);
        Assert.Equal(481, provisionals.Acknowledge(Prack(6), At(40_000), _sent).Status);
        Assert.Throws<InvalidOperationException>(() => provisionals.Send(Response(200), At(40_000), _sent));
    }

    [Fact]
    public void The_PRACK_ends_the_repetitions_and_lets_the_next_one_out_with_the_next_number()
    {
        ReliableProvisionals provisionals = New();
        provisionals.Send(Response(183), Start, _sent);
        provisionals.Send(Response(180), At(100), _sent);
        Assert.Single(_sent);

        Assert.Equal(200, provisionals.Acknowledge(Prack(6), At(200), _sent).Status);

        Assert.Equal(["6", "7"], _sent.Select(response => response.Headers.Get("RSeq")));
        Assert.Equal(At(700), provisionals.NextDeadline);
        Assert.Equal(200, provisionals.Acknowledge(Prack(7), At(300), _sent).Status);
        Assert.Equal(Instant.Never, provisionals.NextDeadline);
        provisionals.Expire(At(60_000), _sent);
        Assert.Equal(2, _sent.Count);
    }

    [Theory]
    [InlineData("7 1 INVITE")]
    [InlineData("6 2 INVITE")]
    [InlineData("6 1 UPDATE")]
    [InlineData("6")]
    [InlineData(null)]
    public void A_PRACK_of_nothing_that_was_sent_gets_481(string? rack)
    {
        ReliableProvisionals provisionals = New();
        provisionals.Send(Response(180), Start, _sent);

        Assert.Equal(481, provisionals.Acknowledge(Prack(rack), At(1), _sent).Status);

        Assert.Equal(At(500), provisionals.NextDeadline);
        Assert.Equal(200, provisionals.Acknowledge(Prack(6), At(2), _sent).Status);
        Assert.Equal(481, provisionals.Acknowledge(Prack(6), At(3), _sent).Status);
    }

    [Fact]
    public void A_2xx_waits_for_the_PRACK_of_a_description()
    {
        ReliableProvisionals provisionals = New();
        provisionals.Send(Response(183, body: true), Start, _sent);
        provisionals.Send(Response(200), At(10), _sent);
        Assert.Equal([183], _sent.Select(response => response.Status));

        provisionals.Acknowledge(Prack(6), At(20), _sent);

        Assert.Equal([183, 200], _sent.Select(response => response.Status));
        Assert.Equal(Instant.Never, provisionals.NextDeadline);
    }

    [Fact]
    public void A_2xx_waits_for_a_description_that_waits_itself()
    {
        ReliableProvisionals provisionals = New();
        provisionals.Send(Response(180), Start, _sent);
        provisionals.Send(Response(183, body: true), Start, _sent);
        provisionals.Send(Response(200), Start, _sent);

        provisionals.Acknowledge(Prack(6), At(20), _sent);
        Assert.Equal([180, 183], _sent.Select(response => response.Status));
        provisionals.Acknowledge(Prack(7), At(30), _sent);
        Assert.Equal([180, 183, 200], _sent.Select(response => response.Status));
    }

    [Fact]
    public void A_2xx_does_not_wait_for_ringing_and_its_PRACK_may_still_come()
    {
        ReliableProvisionals provisionals = New();
        provisionals.Send(Response(180), Start, _sent);
        provisionals.Send(Response(200), At(10), _sent);

        Assert.Equal([180, 200], _sent.Select(response => response.Status));
        Assert.Equal(Instant.Never, provisionals.NextDeadline);
        Assert.Equal(200, provisionals.Acknowledge(Prack(6), At(20), _sent).Status);
        Assert.Equal(2, _sent.Count);
    }

    [Fact]
    public void A_refusal_waits_for_nothing_not_even_behind_a_2xx_that_does()
    {
        ReliableProvisionals provisionals = New();
        provisionals.Send(Response(183, body: true), Start, _sent);
        provisionals.Send(Response(200), At(10), _sent);

        provisionals.Send(Response(487), At(20), _sent);

        Assert.Equal([183, 487], _sent.Select(response => response.Status));
        Assert.Equal(200, provisionals.Acknowledge(Prack(6), At(30), _sent).Status);
        Assert.Equal(2, _sent.Count);
    }

    private ReliableProvisionals New(uint random = 5) => new(_invite, new FixedEntropy(random), T1);

    private SipResponse Response(int status, bool body = false)
    {
        var response = SipResponse.For(_invite, status, toTag: "tb");
        if (body)
            response.SetBody("application/sdp", "v=0\r\n"u8.ToArray());
        return response;
    }

    private static SipRequest Invite(string headers) =>
        SipText.Request(SipText.Minimal("INVITE", headers + (headers.Length > 0 ? "\n" : "") + "Content-Length: 0\n\n"));

    private static SipRequest Prack(uint rseq) => Prack($"{rseq} 1 INVITE");

    private static SipRequest Prack(string? rack) =>
        SipText.Request(SipText.Minimal("PRACK", (rack is null ? "" : $"RAck: {rack}\n") + "Content-Length: 0\n\n", toTag: "tb"));

    private static Instant At(double milliseconds) => Start + TimeSpan.FromMilliseconds(milliseconds);
}
