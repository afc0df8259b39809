using System.Security.Cryptography;
using MediaEngine.Keys;
using MediaEngine.Rtp;

namespace MediaEngine.Server;

/// <summary>
/// A built-in KMS on disk: its certificate, which anyone may read, and its secrets, sealed under the store key.
/// </summary>
public static class KeyAuthorityFolder
{
    public const string CertificateName = "certificate.xml";
    public const string SecretsName = "secrets.sealed";

    /// <summary>How long a user's keys live: 30 days, as in the examples of TS 33.180.</summary>
    public const int DefaultKeyPeriod_s = 30 * 24 * 3600;

    private const string Kind = "KeyAuthority";
    private const int Validity_years = 20;
    private const int MaxCertificate_bytes = 64 * 1024;
    private const int MaxSecrets_bytes = 4096;

    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, SecretsName));

    /// <summary>Makes a KMS that is valid from a day ago, for clocks that differ, for 20 years.</summary>
    public static KeyAuthority Generate(string uri, string domain, DateTimeOffset now, IEntropy entropy, int keyPeriod_s = DefaultKeyPeriod_s) =>
        KeyAuthority.Generate(
            new KeyManagementServer(uri, keyPeriod_s, 0), now.AddDays(-1), now.AddYears(Validity_years), [domain], entropy);

    /// <exception cref="ConfigurationException">The folder cannot be written.</exception>
    public static void Save(string folder, KeyAuthority authority, StoreSeal seal)
    {
        Span<byte> secrets = stackalloc byte[KeyAuthority.Secrets_bytes];
        authority.CopySecretsTo(secrets);
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, CertificateName), KmsMaterial.Write([authority.Certificate], []));
            // Last, because its presence says that there is a KMS.
            SecretFile.Write(Path.Combine(folder, SecretsName), seal.Seal(Kind, authority.Certificate.Kms.Uri, secrets));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{folder}: the KMS cannot be kept there ({e.Message.TrimEnd('.')}); check the folder's permissions.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secrets);
        }
    }

    /// <exception cref="ConfigurationException">Names the file and the reason: unreadable, damaged, or sealed under another store key.</exception>
    public static KeyAuthority Load(string folder, StoreSeal seal)
    {
        string certificatePath = Path.Combine(folder, CertificateName), secretsPath = Path.Combine(folder, SecretsName);
        using KmsMaterial material = KmsFile.Load(certificatePath, MaxCertificate_bytes);
        KmsCertificate certificate = material.Certificates[0];
        byte[] sealedSecrets = KmsFile.ReadBytes(secretsPath, MaxSecrets_bytes);
        if (!seal.TryOpen(Kind, certificate.Kms.Uri, sealedSecrets, out byte[] secrets))
            throw new ConfigurationException($"{secretsPath}: cannot be opened: the store key is another than it was sealed with, or the file or {CertificateName} was changed; restore them.");
        KeyAuthority? authority = KeyAuthority.Restore(certificate, secrets);
        CryptographicOperations.ZeroMemory(secrets);
        return authority ?? throw new ConfigurationException($"{certificatePath}: is not the certificate of the KMS in {SecretsName}; restore both together.");
    }
}
