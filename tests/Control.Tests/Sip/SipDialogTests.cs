using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

public sealed class SipDialogTests
{
    private const string Extra = "Contact: <sip:caller@192.0.2.7:5071>\nRecord-Route: <sip:p2.example.org;lr>, <sip:p1.example.org;lr>\nContent-Length: 0\n\n";

    private static (SipRequest Invite, SipResponse Success) Setup(string extra = Extra)
    {
        SipRequest invite = SipText.Request(SipText.Minimal("INVITE", extra));
        SipResponse success = SipResponse.For(invite, 200, toTag: "tb");
        success.Headers.Add("Contact", "<sip:callee@192.0.2.9:5072;transport=tcp>");
        return (invite, success);
    }

    [Fact]
    public void Both_ends_agree_on_the_dialog_and_mirror_the_route()
    {
        var (invite, success) = Setup();
        SipDialog server = SipDialog.FromServer(invite, success), client = SipDialog.FromClient(invite, success);
        Assert.Equal("c1@example.org;tb;fa", server.Id);
        Assert.Equal("c1@example.org;fa;tb", client.Id);
        Assert.Equal(client.Id, SipDialog.IdOf(success));
        Assert.Equal(["<sip:p2.example.org;lr>", "<sip:p1.example.org;lr>"], server.RouteSet);
        Assert.Equal(["<sip:p1.example.org;lr>", "<sip:p2.example.org;lr>"], client.RouteSet);

        SipRequest bye = client.CreateRequest("BYE");
        Assert.Equal(server.Id, SipDialog.IdOf(bye));
        Assert.Equal("sip:callee@192.0.2.9:5072;transport=tcp", bye.RequestUri);
        Assert.Equal((2u, "BYE"), bye.CSeq);
        Assert.Equal(client.RouteSet, bye.Headers.GetAll("Route"));
        Assert.Equal("p1.example.org", client.NextHop.Host);
        Assert.Equal((1u, "ACK"), client.CreateAck(1).CSeq);
        Assert.Equal((1u, "BYE"), server.CreateRequest("BYE").CSeq);
        Assert.Equal(client.Id, SipDialog.IdOf(server.CreateRequest("INFO")));
    }

    [Fact]
    public void A_strict_router_takes_the_request_uri()
    {
        var (invite, success) = Setup(Extra.Replace("p1.example.org;lr", "p1.example.org", StringComparison.Ordinal));
        SipRequest bye = SipDialog.FromClient(invite, success).CreateRequest("BYE");
        Assert.Equal("sip:p1.example.org", bye.RequestUri);
        Assert.Equal(["<sip:p2.example.org;lr>", "<sip:callee@192.0.2.9:5072;transport=tcp>"], bye.Headers.GetAll("Route"));
    }

    [Fact]
    public void Sequence_numbers_must_grow_and_target_refreshes_move_the_target()
    {
        var (invite, success) = Setup();
        SipDialog server = SipDialog.FromServer(invite, success), client = SipDialog.FromClient(invite, success);
        SipRequest first = client.CreateRequest("INFO"), second = client.CreateRequest("UPDATE");
        first.Headers.Add("Contact", "<sip:not-taken@192.0.2.1>");
        second.Headers.Add("Contact", "<sip:moved@192.0.2.8>");
        Assert.False(server.TryAcceptRemote(invite));
        Assert.True(server.TryAcceptRemote(first));
        Assert.Equal("caller", server.RemoteTarget.User);
        Assert.True(server.TryAcceptRemote(second));
        Assert.False(server.TryAcceptRemote(first));
        Assert.True(server.TryAcceptRemote(client.CreateAck(1)));
        Assert.Equal("sip:moved@192.0.2.8", server.RemoteTarget.ToString());
    }

    [Fact]
    public void A_success_without_contact_still_makes_a_dialog()
    {
        var (invite, success) = Setup();
        success.Headers.Remove("Contact");
        Assert.Equal(invite.RequestUri, SipDialog.FromClient(invite, success).RemoteTarget.ToString());
    }
}
