using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>RFC 3261 14.1 and 14.2, RFC 3311 5.2: every cell of the table.</summary>
public sealed class SessionModificationTests
{
    [Theory]
    [InlineData("", "INVITE", null)]
    [InlineData("", "UPDATE", null)]
    [InlineData("", "UPDATE+offer", null)]
    [InlineData("our INVITE", "INVITE", 491)]
    [InlineData("our INVITE", "UPDATE+offer", 491)]
    [InlineData("our INVITE", "UPDATE", null)]
    [InlineData("our UPDATE+offer", "INVITE", 491)]
    [InlineData("our UPDATE+offer", "UPDATE+offer", 491)]
    [InlineData("our UPDATE+offer", "UPDATE", null)]
    [InlineData("our UPDATE", "INVITE", null)]
    [InlineData("our UPDATE", "UPDATE+offer", null)]
    [InlineData("our UPDATE", "UPDATE", null)]
    [InlineData("their INVITE", "INVITE", 500)]
    [InlineData("their INVITE", "UPDATE+offer", 500)]
    [InlineData("their INVITE", "UPDATE", null)]
    [InlineData("their UPDATE+offer", "INVITE", 500)]
    [InlineData("their UPDATE+offer", "UPDATE+offer", 500)]
    [InlineData("their UPDATE+offer", "UPDATE", 500)]
    [InlineData("their UPDATE", "INVITE", null)]
    [InlineData("their UPDATE", "UPDATE+offer", 500)]
    [InlineData("their UPDATE", "UPDATE", 500)]
    public void What_is_under_way_decides_what_arrives(string underWay, string arrives, int? refusal)
    {
        var modification = new SessionModification(ownsCallId: true, new FixedEntropy(7));
        SipRequest? first = underWay.Length == 0 ? null : Request(underWay.Split(' ')[1]);
        if (first is not null && underWay.StartsWith("our", StringComparison.Ordinal))
            modification.Begin(first);
        else if (first is not null)
            Assert.Null(modification.Refusal(first));

        SipResponse? response = modification.Refusal(Request(arrives));

        Assert.Equal(refusal, response?.Status);
        Assert.Equal(refusal == 500 ? "7" : null, response?.Headers.Get("Retry-After"));

        // What was refused left nothing behind, and what is answered stands in nobody's way.
        if (refusal is null)
            return;
        if (underWay.StartsWith("our", StringComparison.Ordinal))
            modification.End();
        else
            modification.Answered(first!);
        Assert.Null(modification.Refusal(Request(arrives)));
    }

    [Fact]
    public void Nothing_is_offered_while_an_offer_is_unanswered()
    {
        var modification = new SessionModification(ownsCallId: false, new FixedEntropy(0));
        Assert.False(modification.IsBusy);
        foreach (string kind in (string[])["INVITE", "UPDATE+offer"])
        {
            SipRequest theirs = Request(kind);
            modification.Refusal(theirs);
            Assert.True(modification.IsBusy);
            modification.Answered(theirs);
        }
        modification.Refusal(Request("UPDATE"));
        Assert.False(modification.IsBusy);
        modification.Begin(Request("INVITE"));
        Assert.True(modification.IsBusy);
        Assert.Throws<InvalidOperationException>(() => modification.Begin(Request("UPDATE")));
    }

    [Fact]
    public void The_owner_of_the_Call_ID_waits_longer_after_a_491()
    {
        Assert.Equal((2100, 4000), Range(ownsCallId: true));
        Assert.Equal((0, 2000), Range(ownsCallId: false));

        static (double, double) Range(bool ownsCallId)
        {
            double[] delays = [.. Enumerable.Range(0, 1000).Select(i => new SessionModification(ownsCallId, new FixedEntropy((uint)i)).GlareDelay().TotalMilliseconds)];
            Assert.All(delays, delay => Assert.Equal(0, delay % 10));
            return (delays.Min(), delays.Max());
        }
    }

    [Fact]
    public void Retry_After_is_a_number_from_0_to_10()
    {
        var modification = new SessionModification(ownsCallId: true, new FixedEntropy([.. Enumerable.Range(0, 50).Select(i => (uint)i)]));
        modification.Refusal(Request("INVITE"));
        int[] told = [.. Enumerable.Range(0, 50).Select(_ => int.Parse(modification.Refusal(Request("INVITE"))!.Headers.Get("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(Enumerable.Range(0, 11), told.Distinct().Order());
    }

    private static SipRequest Request(string kind)
    {
        string method = kind.Split('+')[0];
        SipRequest request = SipText.Request(SipText.Minimal(method, "Content-Length: 0\n\n", toTag: "tb"));
        if (kind.EndsWith("offer", StringComparison.Ordinal) || method == "INVITE")
            request.SetBody("application/sdp", "v=0\r\n"u8.ToArray());
        return request;
    }
}
