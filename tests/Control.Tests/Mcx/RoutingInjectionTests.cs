using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>What clients write into addresses and routes never decides where this server sends to.</summary>
public sealed class RoutingInjectionTests
{
    private const string Elsewhere = "203.0.113.9";
    private readonly McSystemHarness _mcx = new();

    public static TheoryData<SipTransportKind, string> Contacts() => new(
        from transport in Enum.GetValues<SipTransportKind>()
        from contact in (string[])
        [
            $"<sip:u-bob@{Elsewhere}:5060>",
            $"<sip:u-bob@{Elsewhere}:5060;maddr={Elsewhere};transport=udp;lr>",
            $"<sip:u-bob@192.0.2.11:5060?Route=%3Csip:{Elsewhere}%3Blr%3E&Subject=x>",
            $"<sip:u-bob%0d%0aRoute:%20%3Csip:{Elsewhere}%3E@192.0.2.11>",
            $"\"x, <sip:{Elsewhere}>\" <sip:u-bob@192.0.2.11:5060>",
        ]
        select (transport, contact));

    [Theory]
    [MemberData(nameof(Contacts))]
    public void Requests_go_where_the_client_registered_from_whatever_its_headers_say(SipTransportKind transport, string contact)
    {
        _mcx.Transport = transport;
        _mcx.Register("alice");
        _mcx.Change = request =>
        {
            request.Headers.Set("Contact", contact);
            request.Headers.Add("Record-Route", $"<sip:{Elsewhere};lr>");
            request.Headers.Add("Route", $"<sip:{Elsewhere};lr>");
        };
        Assert.Equal(200, _mcx.Register("bob").Status);
        _mcx.Affiliate("bob", TestOrganisation.Fire);
        _mcx.Change = null;
        _mcx.Affiliate("alice", TestOrganisation.Fire);
        _mcx.Destinations.Clear();

        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));

        SipDestination destination = Assert.Single(_mcx.Destinations);
        Assert.Equal(IPAddress.Parse("192.0.2.11"), destination.Remote.Address);
        Assert.Equal(_mcx.FlowOf("bob"), destination.Flow);
        SipRequest invite = Assert.Single(_mcx.Invites).Request;
        Assert.False(invite.Headers.Contains("Route"));
        // One line of text, whatever was written into it.
        Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(WithVia(invite).ToBytes(), SipLimits.Default, out SipMessage? read));
        Assert.Equal(invite.RequestUri, Assert.IsAssignableFrom<SipRequest>(read).RequestUri);
    }

    [Theory]
    [InlineData(SipTransportKind.Udp)]
    [InlineData(SipTransportKind.Tcp)]
    public void A_dialogs_requests_go_down_the_flow_of_its_invite(SipTransportKind transport)
    {
        _mcx.Transport = transport;
        foreach (string name in (string[])["alice", "bob"])
        {
            _mcx.Register(name);
            _mcx.Affiliate(name, TestOrganisation.Fire);
        }
        _mcx.Change = request => request.Headers.Set("Contact", $"<sip:u-alice@{Elsewhere}>").Set("Record-Route", $"<sip:{Elsewhere};lr>");
        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        _mcx.Change = null;
        _mcx.Answer("bob");
        _mcx.Destinations.Clear();

        _mcx.Run((system, effects) => system.LegUnresponsive(MediaCall(), 1, effects));

        Assert.Contains(_mcx.Destinations, destination => destination.Flow == _mcx.FlowOf("alice"));
        Assert.DoesNotContain(_mcx.Destinations, destination => destination.Remote.Address.Equals(IPAddress.Parse(Elsewhere)));

        ulong MediaCall() => Assert.Single(_mcx.Media.OfType<MediaEffect.OpenCall>()).Call;
    }

    [Theory]
    [InlineData("<sip:203.0.113.9:5080;transport=tcp;lr;r2=on>, <sip:203.0.113.9:5090;lr;r2=on>", 5080)]
    [InlineData("<sip:edge.example;lr>", 5060)]
    [InlineData(null, 5070)]
    public void Once_its_connection_is_gone_they_go_where_proxy_or_client_listens_at_the_same_address(string? recordRoute, int port)
    {
        foreach (string name in (string[])["alice", "bob"])
        {
            _mcx.Register(name);
            _mcx.Affiliate(name, TestOrganisation.Fire);
        }
        _mcx.Change = request =>
        {
            request.Headers.Set("Contact", $"<sip:u-alice@{Elsewhere}:5070>");
            if (recordRoute is not null)
                request.Headers.Set("Record-Route", recordRoute);
        };
        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        _mcx.Change = null;
        _mcx.Answer("bob");
        _mcx.Destinations.Clear();

        _mcx.Run((system, effects) => system.LegUnresponsive(_mcx.Media.OfType<MediaEffect.OpenCall>().Single().Call, 1, effects));

        SipDestination destination = Assert.Single(_mcx.Destinations, destination => destination.Flow == _mcx.FlowOf("alice"));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.10"), port), destination.Remote);
    }

    private static SipRequest WithVia(SipRequest request)
    {
        request.Headers.AddFirst("Via", "SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKx");
        return request;
    }
}
