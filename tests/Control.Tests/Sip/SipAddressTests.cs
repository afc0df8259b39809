using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

public sealed class SipAddressTests
{
    [Theory]
    [InlineData("sip:Alice@Example.ORG", "sip:Alice@example.org")]
    [InlineData("SIP:alice@example.org:5070;transport=tcp?Subject=x", "sip:alice@example.org")]
    [InlineData("sip:%61lice@example.org", "sip:alice@example.org")]
    [InlineData("sip:a%2fb%40c@example.org", "sip:a/b%40c@example.org")]
    [InlineData("sips:example.org", "sips:example.org")]
    [InlineData("sip:bob:secret@[2001:DB8::9]:5060", "sip:bob@[2001:db8::9]")]
    [InlineData("tel:+1-201-555-0123;phone-context=x", "tel:+12015550123")]
    [InlineData("sip:user;par=u%40example.net@example.com", "sip:user;par=u%40example.net@example.com")]
    [InlineData("urn:service:sos", "urn:service:sos")]
    public void Address_of_record_is_normalised(string text, string expected)
    {
        Assert.True(SipUri.TryParse(text, out SipUri? uri));
        Assert.Equal(expected, uri.AddressOfRecord);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sip:")]
    [InlineData("alice@example.org")]
    [InlineData("sip:@example.org")]
    [InlineData("sip:a@b@c")]
    [InlineData("sip:a@example.org:0")]
    [InlineData("sip:a@example.org:65536")]
    [InlineData("sip:a@example.org:50x")]
    [InlineData("sip:a@[2001:db8::9")]
    [InlineData("sip:a@[192.0.2.1]")]
    [InlineData("sip:a%4@example.org")]
    [InlineData("sip:a b@example.org")]
    [InlineData("sip:a@exa mple.org")]
    [InlineData("sip:a@example.org\r\nX: y")]
    [InlineData("tel:")]
    [InlineData("tel:hello")]
    [InlineData("9sip:a@example.org")]
    public void What_is_no_uri_is_refused(string text) => Assert.False(SipUri.TryParse(text, out _));

    [Fact]
    public void Parameters_port_and_escapes_survive_writing()
    {
        Assert.True(SipUri.TryParse("sip:j%20d@[2001:db8::10]:5070;lr;transport=tcp;x=%3b?To=a%40b", out SipUri? uri));
        Assert.Equal(5070, uri.Port);
        Assert.Equal("[2001:db8::10]", uri.Host);
        Assert.True(uri.IsLooseRouter);
        Assert.Equal("tcp", uri.Parameters["TRANSPORT"]);
        Assert.Equal("sip:j%20d@[2001:db8::10]:5070;lr;transport=tcp;x=%3b?To=a%40b", uri.ToString());
        Assert.Equal("sip:j%20d@[2001:db8::10]:5070", uri.WithoutParameters().ToString());
    }

    [Theory]
    [InlineData("sip:a@example.org;tag=x", "", "x", "sip:a@example.org")]
    [InlineData("<sip:a@example.org;tag=no>;tag=yes", "", "yes", "sip:a@example.org;tag=no")]
    [InlineData("\"A, \\\"B\\\" <c>\" <sip:a@example.org>;tag=x", "A, \"B\" <c>", "x", "sip:a@example.org")]
    [InlineData("Joe Smith <sip:a@example.org> ; tag = x ; +g.3gpp.icsi-ref=\"urn%3Aurn-7, y\"", "Joe Smith", "x", "sip:a@example.org")]
    [InlineData("caller<sip:a@example.org>;tag=323", "caller", "323", "sip:a@example.org")]
    public void Name_addresses_are_read(string text, string name, string tag, string uri)
    {
        Assert.True(NameAddress.TryParse(text, out NameAddress? address));
        Assert.Equal(name, address.DisplayName);
        Assert.Equal(tag, address.Tag);
        Assert.Equal(uri, address.Uri.ToString());
        Assert.True(NameAddress.TryParse(address.ToString(), out NameAddress? again));
        Assert.Equal(address.ToString(), again.ToString());
    }

    [Theory]
    [InlineData("<sip:a@example.org")]
    [InlineData("\"open <sip:a@example.org>")]
    [InlineData("a, b <sip:a@example.org>")]
    [InlineData("<sip:a@example.org> junk")]
    [InlineData("<>;tag=x")]
    [InlineData("\"x\" y <sip:a@example.org>")]
    [InlineData("sip:a@example.org;tag=\"open")]
    public void Faulty_name_addresses_are_refused(string text) => Assert.False(NameAddress.TryParse(text, out _));

    [Theory]
    [InlineData("SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111", "[2001:db8::9:1]", 0)]
    [InlineData("SIP/2.0/UDP [2001:db8::9:1]:5062;branch=z9hG4bKas3-111", "[2001:db8::9:1]", 5062)]
    [InlineData("SIP / 2.0 / tcp host.example.org : 5061 ; branch = z9hG4bKx", "host.example.org", 5061)]
    public void Vias_are_read(string text, string host, int port)
    {
        Assert.True(SipVia.TryParse(text, out SipVia? via));
        Assert.Equal((host, port), (via.Host, via.Port));
        Assert.True(via.HasMagicBranch);
    }

    [Theory]
    [InlineData("SIP/2.0/UDP")]
    [InlineData("SIP/2.0 UDP host")]
    [InlineData("SIP/2.0/UDP host:port;branch=x")]
    [InlineData("SIP/2.0/UDP ;branch=x")]
    public void Faulty_vias_are_refused(string text) => Assert.False(SipVia.TryParse(text, out _));

    [Fact]
    public void Lists_are_split_outside_quotes_and_brackets_only()
    {
        var headers = new SipHeaders();
        headers.Add("m", "\"a, b\" <sip:x@example.org;y=1,2>, <sip:z@example.org>").Add("Contact", "sip:w@example.org");
        headers.Add("Authorization", "Digest username=\"a\", realm=\"b\"").Add("User-Agent", "a, b");
        Assert.Equal(["\"a, b\" <sip:x@example.org;y=1,2>", "<sip:z@example.org>", "sip:w@example.org"], headers.GetAll("Contact"));
        Assert.Equal("\"a, b\" <sip:x@example.org;y=1,2>", headers.Get("contact"));
        Assert.Single(headers.GetAll("authorization"));
        Assert.Equal("a, b", headers.Get("User-Agent"));
    }

    [Theory]
    [InlineData("a\r\nInjected: yes")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public void A_value_cannot_smuggle_in_a_header(string value)
    {
        Assert.Throws<ArgumentException>(() => new SipHeaders().Add("Subject", value));
        Assert.Throws<ArgumentException>(() => new SipRequest("OPTIONS", "sip:x@y " + value));
        Assert.Throws<ArgumentException>(() => new SipResponse(200, value));
    }

    [Fact]
    public void Warnings_round_trip_with_their_mc_code()
    {
        SipResponse response = SipResponse.For(SipText.Request(SipText.Minimal("MESSAGE", "Content-Length: 0\n\n")), 403);
        response.AddWarning("mc.example.org", 148, "group is \"regrouped\"");
        SipWarning warning = Assert.Single(SipWarning.AllOf(SipText.Response(response.ToString())));
        Assert.Equal((399, "mc.example.org", "148 group is \"regrouped\"", 148), (warning.Code, warning.Agent, warning.Text, warning.McCode));
        Assert.False(SipWarning.TryParse("399 host unquoted", out _));
        Assert.False(SipWarning.TryParse("39 host \"x\"", out _));
    }

    [Fact]
    public void A_response_copies_what_the_rfc_names()
    {
        SipRequest request = SipText.Request(SipText.Minimal("INVITE", "Record-Route: <sip:p1;lr>, <sip:p2;lr>\nSubject: x\nContent-Length: 0\n\n"));
        SipResponse response = SipResponse.For(request, 200, toTag: "t1");
        Assert.Equal("t1", response.To!.Tag);
        Assert.Equal(2, response.Headers.GetAll("Record-Route").Count);
        Assert.False(response.Headers.Contains("Subject"));
        Assert.False(SipResponse.For(request, 404).Headers.Contains("Record-Route"));
        Assert.Equal(("OK", "Busy Here"), (response.Reason, SipResponse.For(request, 486).Reason));
    }
}
