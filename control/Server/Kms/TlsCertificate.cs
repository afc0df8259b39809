using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MediaEngine.Server;

/// <summary>Certificates that listeners with TLS show: the KMS's and those of SIP.</summary>
public static class TlsCertificate
{
    public const string CertificateName = "tls.crt";
    public const string KeyName = "tls.key";

    private const int Validity_years = 10;

    /// <summary>Reads a PEM pair.</summary>
    /// <exception cref="ConfigurationException">Names the file and the reason.</exception>
    public static X509Certificate2 Load(string certificatePath, string keyPath)
    {
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            // TLS on some platforms takes no key that exists in memory alone.
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ConfigurationException($"{certificatePath}, {keyPath}: are not a TLS certificate and its private key in PEM ({e.Message.TrimEnd('.')}); check both files.", e);
        }
    }

    /// <summary>Reads the certificates to trust from a PEM file.</summary>
    /// <exception cref="ConfigurationException">Names the file and the reason.</exception>
    public static X509Certificate2Collection LoadTrusted(string path)
    {
        var trusted = new X509Certificate2Collection();
        try
        {
            trusted.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"{path}: is not a file of certificates in PEM ({e.Message.TrimEnd('.')}); check it.", e);
        }
        return trusted.Count > 0 ? trusted : throw new ConfigurationException($"{path}: holds no certificate in PEM; check it.");
    }

    /// <summary>The pair of a folder; made, self-signed, on first use. Clients must be given the certificate's file to trust it.</summary>
    /// <param name="name">DNS name it is made for.</param>
    /// <param name="address">Address it is made for.</param>
    /// <exception cref="ConfigurationException">Names the file and the reason.</exception>
    public static X509Certificate2 LoadOrCreate(string folder, string name, IPAddress address, DateTimeOffset now)
    {
        string certificatePath = Path.Combine(folder, CertificateName), keyPath = Path.Combine(folder, KeyName);
        if (!File.Exists(certificatePath) || !File.Exists(keyPath))
            Create(certificatePath, keyPath, name, address, now);
        return Load(certificatePath, keyPath);
    }

    private static void Create(string certificatePath, string keyPath, string name, IPAddress address, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            using X509Certificate2 certificate = SelfSigned(key, name, address, now);
            SecretFile.Write(keyPath, key.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException($"domain: {name} is no DNS name, so no TLS certificate can be made for it; configure certificate and key.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{certificatePath}: the TLS certificate cannot be kept there ({e.Message.TrimEnd('.')}); check the folder's permissions.", e);
        }
    }

    private static X509Certificate2 SelfSigned(ECDsa key, string name, IPAddress address, DateTimeOffset now)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(address);
        if (IPAddress.IsLoopback(address))
            names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(Validity_years));
    }
}
