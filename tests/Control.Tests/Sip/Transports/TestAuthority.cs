using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>A certificate authority of one test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<X509Certificate2> _issued = [];

    public TestAuthority(string name = "Test authority")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2Collection Trusted => [Certificate];

    public X509Certificate2 Issue(Action<SubjectAlternativeNameBuilder>? names, string commonName = "peer", DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        if (names is not null)
        {
            var builder = new SubjectAlternativeNameBuilder();
            names(builder);
            request.CertificateExtensions.Add(builder.Build());
        }
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        serial[0] &= 0x7f;
        using X509Certificate2 signed = request.Create(Certificate, DateTimeOffset.UtcNow.AddDays(-1), until ?? DateTimeOffset.UtcNow.AddDays(7), serial);
        using X509Certificate2 withKey = signed.CopyWithPrivateKey(key);
        X509Certificate2 usable = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
        _issued.Add(usable);
        return usable;
    }

    public X509Certificate2 Issue(string domain) => Issue(names => names.AddDnsName(domain));

    public SslStreamCertificateContext Context(string domain) => SslStreamCertificateContext.Create(Issue(domain), null, offline: true);

    public X509Certificate2 IssueForAddress(IPAddress address) => Issue(names => names.AddIpAddress(address));

    public void Dispose()
    {
        foreach (X509Certificate2 certificate in _issued)
            certificate.Dispose();
        Certificate.Dispose();
        _key.Dispose();
    }
}
