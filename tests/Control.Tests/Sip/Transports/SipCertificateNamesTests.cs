using System.Net;
using System.Security.Cryptography.X509Certificates;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>RFC 5922 7.1 and 7.2.</summary>
public sealed class SipCertificateNamesTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    private SipCertificateNames Names(Action<SubjectAlternativeNameBuilder>? names, string commonName = "cn.example") =>
        SipCertificateNames.Of(_authority.Issue(names, commonName));

    [Fact]
    public void Sip_uris_go_before_dns_names_and_both_before_the_common_name()
    {
        SipCertificateNames both = Names(names =>
        {
            names.AddDnsName("host.example");
            names.AddUri(new Uri("sip:mcx.example"));
            names.AddUri(new Uri("https://web.example/"));
        });
        Assert.Equal(["mcx.example"], both.Domains);
        Assert.False(both.SpeakFor("host.example"));
        Assert.Equal(["host.example"], Names(names => names.AddDnsName("host.example")).Domains);
        Assert.Equal(["cn.example"], Names(null).Domains);
        Assert.Empty(Names(names => names.AddEmailAddress("a@mcx.example")).Domains);
    }

    [Fact]
    public void Names_compare_without_case_and_never_by_wildcard()
    {
        SipCertificateNames names = Names(builder =>
        {
            builder.AddDnsName("MCX.example");
            builder.AddDnsName("*.partner.example");
        });
        Assert.True(names.SpeakFor("mcx.EXAMPLE"));
        Assert.False(names.SpeakFor("sip.partner.example"));
        Assert.False(names.SpeakFor("*.partner.example"));
        Assert.False(names.SpeakFor("x.mcx.example"));
    }

    [Fact]
    public void A_uri_with_a_user_names_no_domain()
    {
        SipCertificateNames names = Names(builder => builder.AddUri(new Uri("sip:alice@mcx.example")));
        Assert.Empty(names.Domains);
        Assert.False(names.SpeakFor("mcx.example"));
    }

    [Fact]
    public void An_address_is_matched_by_an_address_alone()
    {
        SipCertificateNames names = Names(builder =>
        {
            builder.AddIpAddress(IPAddress.Parse("192.0.2.1"));
            builder.AddIpAddress(IPAddress.Parse("2001:db8::1"));
            builder.AddDnsName("192.0.2.9");
        });
        Assert.True(names.SpeakFor("192.0.2.1"));
        Assert.True(names.SpeakFor("2001:db8:0::1"));
        Assert.False(names.SpeakFor("192.0.2.9"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("3082")]
    [InlineData("300382ffff")]
    [InlineData("3003820180")]
    public void Alternative_names_that_cannot_be_read_name_nobody(string hex)
    {
        using X509Certificate2 certificate = Broken(Convert.FromHexString(hex));
        Assert.Empty(SipCertificateNames.Of(certificate).Domains);
    }

    private static X509Certificate2 Broken(byte[] alternatives)
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new CertificateRequest("CN=cn.example", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("2.5.29.17", alternatives, critical: false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
