using System.Net;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>The rules of RFC 3261 10.3, RFC 3327, RFC 3608 and RFC 5626 6, over the bindings of one address-of-record.</summary>
public sealed class SipRegistrarTests
{
    private const string Desk = "<sip:u@192.0.2.1:5060>";
    private const string Mobile = "<sip:u@192.0.2.2:5060>";
    private const string Instance = "+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"";
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);
    private static readonly SipFlow Flow = FlowFrom("192.0.2.1");

    private readonly SipRegistrar _registrar = new();
    private IReadOnlyList<SipBinding> _bindings = [];
    private DateTimeOffset _now = Start;
    private uint _cseq;

    [Fact]
    public void Every_contact_lasts_as_long_as_it_says_else_as_Expires_says_else_an_hour()
    {
        SipResponse answer = Register($"Contact: {Desk};expires=120, {Mobile}", "Contact: <sip:u@192.0.2.3>;expires=7200", "Expires: 600");

        Assert.Equal(
            ["<sip:u@192.0.2.3>;expires=3600", "<sip:u@192.0.2.2:5060>;expires=600", "<sip:u@192.0.2.1:5060>;expires=120"],
            answer.Headers.GetAll("Contact"));
        _bindings = [];
        Assert.Equal(["<sip:u@192.0.2.1:5060>;expires=3600"], Register($"Contact: {Desk};expires=soon").Headers.GetAll("Contact"));
    }

    [Fact]
    public void Without_a_contact_it_tells_what_is_bound_and_for_how_long_yet()
    {
        Register($"Contact: {Desk};q=0.5", "Expires: 600");
        Register($"Contact: {Mobile};q=0.25", "Expires: 90");
        _now += TimeSpan.FromSeconds(60.5);

        Assert.Equal(["<sip:u@192.0.2.1:5060>;expires=540;q=0.5", "<sip:u@192.0.2.2:5060>;expires=30;q=0.25"], Register().Headers.GetAll("Contact"));
        _now += TimeSpan.FromSeconds(30);
        Assert.Equal(["<sip:u@192.0.2.1:5060>;expires=510;q=0.5"], Register().Headers.GetAll("Contact"));
        Assert.Equal(2, _bindings.Count);
    }

    [Theory]
    [InlineData("q=1", 1000)]
    [InlineData("q=0.123", 123)]
    [InlineData("q=0", 0)]
    [InlineData("q=1.5", 1000)]
    [InlineData("q=-1", 1000)]
    [InlineData("q=0.12345678901234567890", 1000)]
    public void A_preference_that_is_none_counts_as_not_said(string q, int expected)
    {
        Register($"Contact: {Desk};{q}");
        Assert.Equal(expected, Assert.Single(_bindings).Preference);
    }

    [Fact]
    public void The_preferred_come_first_then_who_registered_last()
    {
        Register("Contact: <sip:a@x>;q=0.1");
        Register("Contact: <sip:b@x>;q=0.9");
        Register("Contact: <sip:c@x>;q=0.9");
        Assert.Equal(["sip:c@x", "sip:b@x", "sip:a@x"], Bound());
        Register("Contact: <sip:b@x>;q=0.9");
        Assert.Equal(["sip:b@x", "sip:c@x", "sip:a@x"], Bound());
    }

    [Fact]
    public void Expires_0_ends_that_contact_alone()
    {
        Register($"Contact: {Desk}, {Mobile}");

        Assert.Equal(["<sip:u@192.0.2.2:5060>;expires=3600"], Register($"Contact: {Desk};expires=0").Headers.GetAll("Contact"));
        Assert.Empty(Register($"Contact: {Mobile}", "Expires: 0").Headers.GetAll("Contact"));
        Assert.Empty(_bindings);
        Assert.Equal(200, Register($"Contact: {Mobile}", "Expires: 0").Status);
    }

    [Fact]
    public void A_star_with_Expires_0_ends_all_contacts()
    {
        Register($"Contact: {Desk}, {Mobile}");
        Assert.Equal(200, Register("Contact: *", "Expires: 0").Status);
        Assert.Empty(_bindings);
    }

    [Theory]
    [InlineData("Contact: *", "Expires: 60")]
    [InlineData("Contact: *", "Date: x")]
    [InlineData("Contact: *, <sip:u@192.0.2.1:5060>", "Expires: 0")]
    [InlineData("Contact: <http://example.org>", "Expires: 60")]
    [InlineData("Contact: <sip:u@192.0.2.1", "Expires: 60")]
    public void What_is_no_contact_and_a_star_beside_anything_is_refused(string contact, string other)
    {
        Register($"Contact: {Desk}");
        Assert.Equal(400, Register(contact, other).Status);
        Assert.Single(_bindings);
    }

    [Fact]
    public void Too_brief_is_answered_with_what_is_long_enough_and_binds_none_of_the_contacts()
    {
        SipResponse answer = Register($"Contact: {Desk};expires=3600, {Mobile};expires=59");

        Assert.Equal((423, "60"), (answer.Status, answer.Headers.Get("Min-Expires")));
        Assert.Empty(_bindings);
        Assert.Equal(200, Register($"Contact: {Desk};expires=60").Status);
    }

    [Fact]
    public void A_request_that_is_older_for_one_contact_changes_none()
    {
        Register($"Contact: {Desk}");
        Register($"Contact: {Mobile}");

        // Between the two: newer than the first contact, older than the second.
        _cseq = 0;
        Register("Contact: <sip:u@192.0.2.9>;expires=0");
        SipResponse late = Register($"Contact: {Desk};expires=0, {Mobile};expires=0");
        Assert.Equal(500, late.Status);
        Assert.Equal(2, _bindings.Count);
        _cseq = 0;
        Assert.Equal(500, Register("Contact: *", "Expires: 0").Status);
        Assert.Equal(2, _bindings.Count);
        _cseq = 0;
        Assert.Equal(200, Register("Contact: *", "Expires: 0", "Call-ID: another").Status);
        Assert.Empty(_bindings);
    }

    [Theory]
    [InlineData("<sip:u@EXAMPLE.com:5060>", "<sip:u@example.com:5060>", true)]
    [InlineData("<sip:%75@example.com>", "<sip:u@example.com>", true)]
    [InlineData("<sip:u@example.com;a=1>", "<sip:u@example.com;b=2>", true)]
    [InlineData("<sip:u@example.com;a=1;b=2>", "<sip:u@example.com;b=2;A=1>", true)]
    [InlineData("<sip:u@example.com;a=1>", "<sip:u@example.com;a=2>", false)]
    [InlineData("<sip:u@example.com>", "<sip:u@example.com;transport=udp>", false)]
    [InlineData("<sip:u@example.com;transport=TCP>", "<sip:u@example.com;transport=tcp>", true)]
    [InlineData("<sip:u@example.com>", "<sip:u@example.com:5060>", false)]
    [InlineData("<sip:U@example.com>", "<sip:u@example.com>", false)]
    [InlineData("<sips:u@example.com>", "<sip:u@example.com>", false)]
    public void Contacts_compare_as_RFC_3261_19_1_4_says(string first, string second, bool same)
    {
        Register($"Contact: {first}");
        Register($"Contact: {second}");
        Assert.Equal(same ? 1 : 2, _bindings.Count);
    }

    [Fact]
    public void Contacts_are_bounded_the_one_that_ends_first_makes_room_but_not_one_of_the_same_request()
    {
        Register("Contact: <sip:a@x>;expires=3000");
        Register("Contact: <sip:b@x>;expires=100");
        Register("Contact: <sip:c@x>", "Contact: <sip:d@x>");
        Register("Contact: <sip:e@x>");

        Assert.Equal(["sip:e@x", "sip:d@x", "sip:c@x", "sip:a@x"], Bound());
        Assert.Equal(403, Register("Contact: <sip:1@x>, <sip:2@x>, <sip:3@x>, <sip:4@x>, <sip:5@x>").Status);
        Assert.Equal(4, _bindings.Count);
    }

    [Fact]
    public void A_path_of_a_client_that_supports_it_is_kept_and_echoed()
    {
        SipResponse answer = Register($"Contact: {Desk}", "Supported: path", "Path: <sip:p2.example;lr>, <sip:p1.example;lr;token=7>");

        Assert.Equal(["<sip:p2.example;lr>", "<sip:p1.example;lr;token=7>"], answer.Headers.GetAll("Path"));
        SipBinding binding = Assert.Single(_bindings);
        Assert.Equal(["<sip:p2.example;lr>", "<sip:p1.example;lr;token=7>"], binding.Path);
        // Whoever is behind that proxy comes from its address.
        Assert.Null(binding.Source);
    }

    [Theory]
    [InlineData("Path: <sip:p1.example;lr>", "Supported: timer", 420)]
    [InlineData("Path: <sip:p1.example>", "Supported: path", 400)]
    [InlineData("Path: <http://p1.example;lr>", "Supported: path", 400)]
    [InlineData("Path: <sip:p1.example;lr", "Supported: path", 400)]
    public void A_path_that_the_client_does_not_support_or_nobody_can_follow_is_refused(string path, string supported, int status)
    {
        SipResponse answer = Register($"Contact: {Desk}", path, supported);

        Assert.Equal((status, status == 420 ? "path" : null), (answer.Status, answer.Headers.Get("Unsupported")));
        Assert.Empty(_bindings);
    }

    [Fact]
    public void Requests_go_where_the_request_came_from_or_on_a_stream_where_contact_or_proxy_listens_there()
    {
        Register("Contact: <sip:u@10.0.0.1:5070>");
        Assert.Equal("192.0.2.1:40000", Assert.Single(_bindings).Address);
        SipFlow stream = Flow with { Transport = SipTransportKind.Tcp, Connection = 1 };
        Register(stream, single: true, "Contact: <sip:u@10.0.0.1:5070>");
        Assert.Equal("192.0.2.1:5070", Assert.Single(_bindings).Address);
        Register(stream, single: true, "Contact: <sip:u@10.0.0.1:5070>", "Supported: path", "Path: <sip:192.0.2.1:5080;lr>");
        Assert.Equal("192.0.2.1:5080", Assert.Single(_bindings).Address);
        Register(stream, single: true, "Contact: <sip:u@10.0.0.1:5070>", "Supported: path", "Path: <sip:edge.example;lr>");
        Assert.Equal("192.0.2.1:5060", Assert.Single(_bindings).Address);
    }

    [Fact]
    public void A_flow_is_its_instance_and_reg_id_whatever_its_contact()
    {
        SipResponse answer = Register(Flow, single: false, $"Contact: <sip:u@192.0.2.1:1;ob>;reg-id=1;{Instance}", "Supported: outbound, path");
        Assert.Equal("outbound", answer.Headers.Get("Require"));
        Assert.Equal(["<sip:u@192.0.2.1:1;ob>;expires=3600;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\";reg-id=1"], answer.Headers.GetAll("Contact"));

        Register(Flow, single: false, $"Contact: <sip:u@192.0.2.1:2;ob>;reg-id=2;{Instance}", "Supported: outbound");
        Register(Flow, single: false, $"Contact: <sip:u@192.0.2.1:3;ob>;reg-id=1;{Instance}", "Supported: outbound", "Call-ID: after a restart");
        Assert.Equal(["sip:u@192.0.2.1:3;ob", "sip:u@192.0.2.1:2;ob"], Bound());

        Register(Flow, single: false, $"Contact: <sip:u@192.0.2.1:9;ob>;reg-id=2;{Instance};expires=0", "Supported: outbound");
        Assert.Equal(["sip:u@192.0.2.1:3;ob"], Bound());
    }

    [Fact]
    public void A_single_client_replaces_its_contact_and_keeps_its_other_flows()
    {
        Register(Flow, single: true, "Contact: <sip:old@x>");
        Register(Flow, single: true, $"Contact: <sip:one@x>;reg-id=1;{Instance}", "Supported: outbound");
        Assert.Equal(["sip:one@x"], Bound());
        Register(Flow, single: true, $"Contact: <sip:two@x>;reg-id=2;{Instance}", "Supported: outbound");
        Assert.Equal(["sip:two@x", "sip:one@x"], Bound());

        Register(Flow, single: true, "Contact: <sip:two@x>;reg-id=2;+sip.instance=\"<urn:uuid:another>\"", "Supported: outbound");
        Assert.Equal(["sip:two@x"], Bound());
        Register(Flow, single: true, "Contact: <sip:new@x>");
        Assert.Equal(["sip:new@x"], Bound());
        Assert.Equal(400, Register(Flow, single: true, "Contact: <sip:a@x>, <sip:b@x>").Status);
        Register(Flow, single: true, "Contact: <sip:whatever@x>;expires=0");
        Assert.Empty(_bindings);
    }

    [Theory]
    [InlineData("reg-id=1", "outbound")]
    [InlineData("+sip.instance=\"<urn:uuid:1>\"", "outbound")]
    [InlineData("reg-id=1;+sip.instance=\"<urn:uuid:1>\"", "path")]
    [InlineData("reg-id=0;+sip.instance=\"<urn:uuid:1>\"", "outbound")]
    [InlineData("reg-id=4294967296;+sip.instance=\"<urn:uuid:1>\"", "outbound")]
    public void Without_instance_reg_id_and_support_it_is_no_flow(string parameters, string supported)
    {
        SipResponse answer = Register($"Contact: {Desk};{parameters}", $"Supported: {supported}");

        Assert.Null(answer.Headers.Get("Require"));
        Assert.Equal(0, Assert.Single(_bindings).RegId);
    }

    [Fact]
    public void Several_flows_at_a_time_and_a_first_proxy_without_outbound_are_refused()
    {
        Assert.Equal(400, Register($"Contact: {Desk};reg-id=1;{Instance}, {Mobile};reg-id=2;{Instance}", "Supported: outbound").Status);
        const string behind = "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx";
        Assert.Equal(439, Register($"Contact: {Desk};reg-id=1;{Instance}", "Supported: outbound", behind).Status);
        Assert.Equal(439, Register($"Contact: {Desk};reg-id=1;{Instance}", "Supported: outbound, path", behind, "Path: <sip:p2.example;lr;ob>, <sip:p1.example;lr>").Status);
        Assert.Empty(_bindings);
        Assert.Equal(200, Register($"Contact: {Desk};reg-id=1;{Instance}", "Supported: outbound, path", behind, "Path: <sip:p2.example;lr>, <sip:p1.example;lr;ob>").Status);
    }

    [Fact]
    public void A_service_route_is_told_when_there_is_one()
    {
        var registrar = new SipRegistrar(new SipRegistrarOptions { ServiceRoute = ["<sip:edge.example;lr>"] });
        SipRequest request = Request($"Contact: {Desk}");
        SipRegistration decision = registrar.Decide(request, Flow, [], _now);

        Assert.Equal("<sip:edge.example;lr>", registrar.Answer(request, decision, decision.Bindings, _now, "t").Headers.Get("Service-Route"));
        Assert.Throws<ArgumentException>(() => new SipRegistrar(new SipRegistrarOptions { ServiceRoute = ["<sip:edge.example>"] }));
    }

    [Fact]
    public void What_did_not_change_is_the_same_object()
    {
        Register($"Contact: {Desk}");
        SipBinding before = Assert.Single(_bindings);
        Register($"Contact: {Mobile}");
        Assert.Same(before, _bindings[1]);
    }

    private IEnumerable<string> Bound() => _bindings.Select(binding => binding.Contact);

    private SipResponse Register(params string[] headers) => Register(Flow, single: false, headers);

    private SipResponse Register(SipFlow flow, bool single, params string[] headers)
    {
        SipRequest request = Request(headers);
        SipRegistration decision = _registrar.Decide(request, flow, _bindings, _now, single);
        if (decision is { Status: 200, IsQuery: false })
            _bindings = decision.Bindings;
        return _registrar.Answer(request, decision, decision.Bindings, _now, "to");
    }

    private SipRequest Request(params string[] headers)
    {
        SipRequest request = SipText.Request(SipText.Minimal("REGISTER", "Content-Length: 0\n\n"));
        request.Headers.Set("CSeq", $"{++_cseq} REGISTER");
        foreach (string[] header in headers.Select(line => line.Split(": ", 2)))
        {
            if (header[0] == "Call-ID")
                request.Headers.Set(header[0], header[1]);
            else
                request.Headers.Add(header[0], header[1]);
        }
        return request;
    }

    private static SipFlow FlowFrom(string address) =>
        new(SipTransportKind.Udp, new IPEndPoint(IPAddress.Loopback, 5060), new IPEndPoint(IPAddress.Parse(address), 40000), 0);
}
