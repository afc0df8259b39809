using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>The UAC side of RFC 3262.</summary>
public sealed class EarlyDialogsTests
{
    private readonly SipRequest _invite = SipText.Request(SipText.Minimal("INVITE", "Content-Length: 0\n\n"));
    private readonly EarlyDialogs _early;

    public EarlyDialogsTests() => _early = new EarlyDialogs(_invite);

    [Fact]
    public void A_reliable_response_makes_a_dialog_and_gets_one_PRACK_in_it()
    {
        Assert.True(_early.TryAcknowledge(Response(100), out SipRequest? prack));

        Assert.Equal((SipMethods.Prack, "sip:b@192.0.2.9"), (prack.Method, prack.RequestUri));
        Assert.Equal("100 1 INVITE", prack.Headers.Get("RAck"));
        Assert.Equal((2u, "tb"), (prack.CSeq.Number, prack.To!.Tag));
        Assert.Equal(["<sip:p1.example.org;lr>"], prack.Headers.GetAll("Route"));
        Assert.False(_early.TryAcknowledge(Response(100), out _));
    }

    [Fact]
    public void Responses_are_taken_in_order()
    {
        Assert.True(_early.TryAcknowledge(Response(100), out _));
        Assert.False(_early.TryAcknowledge(Response(102), out _));
        Assert.True(_early.TryAcknowledge(Response(101), out SipRequest? second));
        Assert.True(_early.TryAcknowledge(Response(102), out SipRequest? third));
        Assert.Equal((3u, 4u), (second.CSeq.Number, third.CSeq.Number));
        Assert.False(_early.TryAcknowledge(Response(99), out _));
    }

    [Fact]
    public void Each_fork_counts_for_itself_and_no_more_than_16_are_followed()
    {
        for (uint i = 0; i < EarlyDialogs.MaxForks; i++)
        {
            Assert.True(_early.TryAcknowledge(Response(1000 * (i + 1), tag: $"t{i}"), out SipRequest? prack));
            Assert.Equal((2u, $"t{i}"), (prack.CSeq.Number, prack.To!.Tag));
        }
        Assert.False(_early.TryAcknowledge(Response(7, tag: "one more"), out _));
        Assert.True(_early.TryAcknowledge(Response(1001, tag: "t0"), out _));
    }

    [Theory]
    [InlineData(180, "5", "")]
    [InlineData(180, "", "100rel")]
    [InlineData(180, "0", "100rel")]
    [InlineData(180, "4294967296", "100rel")]
    [InlineData(100, "5", "100rel")]
    [InlineData(200, "5", "100rel")]
    public void Nothing_else_gets_a_PRACK(int status, string rseq, string require)
    {
        var response = SipResponse.For(_invite, status, toTag: "tb");
        if (rseq.Length > 0)
            response.Headers.Add("RSeq", rseq);
        if (require.Length > 0)
            response.Headers.Add("Require", require);

        Assert.False(_early.TryAcknowledge(response, out _));
    }

    [Fact]
    public void A_response_without_a_tag_makes_no_dialog()
    {
        SipResponse response = Response(5);
        response.Headers.Set("To", "<sip:service@example.org>");
        Assert.False(_early.TryAcknowledge(response, out _));
    }

    [Fact]
    public void The_2xx_confirms_its_forks_dialog_whose_numbers_go_on()
    {
        _early.TryAcknowledge(Response(5), out _);
        _early.TryAcknowledge(Response(6, body: true), out _);
        _early.TryAcknowledge(Response(70, tag: "other"), out _);
        var success = SipResponse.For(_invite, 200, toTag: "tb");
        success.Headers.Add("Contact", "<sip:b2@192.0.2.9>");

        SipDialog dialog = SipDialog.FromClient(_invite, success, _early.Of(success));

        Assert.Equal("6", _early.AnswerOf(success)!.Headers.Get("RSeq"));
        Assert.Equal(4u, dialog.CreateRequest(SipMethods.Bye).CSeq.Number);
        Assert.Equal("sip:b2@192.0.2.9", dialog.RemoteTarget.ToString());
        Assert.Null(_early.AnswerOf(SipResponse.For(_invite, 200, toTag: "other")));
        Assert.Null(_early.Of(SipResponse.For(_invite, 200, toTag: "unknown")));
    }

    private SipResponse Response(uint rseq, string tag = "tb", bool body = false)
    {
        var response = SipResponse.For(_invite, 183, toTag: tag);
        response.Headers.Add("Contact", "<sip:b@192.0.2.9>").Add("Record-Route", "<sip:p1.example.org;lr>")
            .Add("Require", "100rel").Add("RSeq", new SipRSeq(rseq).ToString());
        if (body)
            response.SetBody("application/sdp", "v=0\r\n"u8.ToArray());
        return response;
    }
}
