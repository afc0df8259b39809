using System.Globalization;
using System.Xml.Linq;

namespace MediaEngine.Keys;

/// <summary>KmsCertificate (TS 33.180 D.3.2).</summary>
internal static class KmsCertificateXml
{
    public const string Name = "KmsCertificate";

    private const int MaxDomains = 256;
    private const string HashedUserIdentifiers = "2";
    private const string ParameterSet1 = "1";

    // As far as timestamps reach.
    private const long MaxPeriod_s = uint.MaxValue;

    public static KmsDocumentOutcome TryRead(XElement element, out KmsCertificate? certificate)
    {
        certificate = null;
        KmsDocumentOutcome outcome = TryReadNames(element, out string? kmsUri, out string? certUri, out string[] domains);
        if (outcome != KmsDocumentOutcome.Ok)
            return outcome;
        if ((outcome = KmsXml.TryNumber(element, "UserKeyPeriod", MaxPeriod_s, out long period)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryNumber(element, "UserKeyOffset", MaxPeriod_s, out long offset)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryTime(element, "ValidFrom", out DateTimeOffset? from)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryTime(element, "ValidTo", out DateTimeOffset? to)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryFlag(element, "Revoked", out bool revoked)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryOctets(element, "PubEncKey", out byte[] encryption)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryOctets(element, "PubAuthKey", out byte[] authentication)) != KmsDocumentOutcome.Ok)
            return outcome;
        if (period == 0)
            return KmsDocumentOutcome.BadValue;
        if (KmsPublicKey.Read(encryption) is not { } publicKey ||
            KmsPublicAuthenticationKey.Read(authentication) is not { } publicAuthenticationKey)
            return KmsDocumentOutcome.BadPublicKey;
        certificate = new KmsCertificate
        {
            Kms = new KeyManagementServer(kmsUri!, period, offset),
            KmsPublicKey = publicKey,
            KmsPublicAuthenticationKey = publicAuthenticationKey,
            ValidFrom = from,
            ValidTo = to,
            Revoked = revoked,
            Domains = domains,
            CertUri = certUri,
            Issuer = KmsXml.Text(element, "Issuer"),
        };
        return KmsDocumentOutcome.Ok;
    }

    /// <param name="role">Root for the KMS's own certificate, External for those of others.</param>
    public static XElement Write(KmsCertificate certificate, string role) => new(
        KmsXml.Namespace + Name,
        new XAttribute("Version", KmsXml.ItemVersion),
        new XAttribute("Role", role),
        KmsXml.Optional("CertUri", certificate.CertUri),
        KmsXml.Element("KmsUri", certificate.Kms.Uri),
        KmsXml.Optional("Issuer", certificate.Issuer),
        KmsXml.Optional("ValidFrom", certificate.ValidFrom),
        KmsXml.Optional("ValidTo", certificate.ValidTo),
        KmsXml.Element("Revoked", certificate.Revoked ? "true" : "false"),
        KmsXml.Element("UserIdFormat", HashedUserIdentifiers),
        KmsXml.Element("UserKeyPeriod", certificate.Kms.UserKeyPeriod_s.ToString(CultureInfo.InvariantCulture)),
        KmsXml.Element("UserKeyOffset", certificate.Kms.UserKeyOffset_s.ToString(CultureInfo.InvariantCulture)),
        KmsXml.Element("PubEncKey", Convert.ToHexString(certificate.KmsPublicKey.Octets)),
        KmsXml.Element("PubAuthKey", Convert.ToHexString(certificate.KmsPublicAuthenticationKey.Octets)),
        KmsXml.Element("ParameterSet", ParameterSet1),
        certificate.Domains.Count == 0
            ? null
            : new XElement(KmsXml.Namespace + "KmsDomainList", certificate.Domains.Select(domain => KmsXml.Element("KmsDomain", domain))));

    private static KmsDocumentOutcome TryReadNames(XElement element, out string? kmsUri, out string? certUri, out string[] domains)
    {
        domains = [];
        certUri = null;
        KmsDocumentOutcome outcome = KmsXml.TryUri(element, "KmsUri", out kmsUri);
        if (outcome == KmsDocumentOutcome.Ok)
            outcome = KmsXml.TryUri(element, "CertUri", out certUri);
        if (outcome != KmsDocumentOutcome.Ok)
            return outcome;
        if (kmsUri is null)
            return KmsDocumentOutcome.MissingElement;
        if (KmsXml.Text(element, "UserIdFormat") is not { } format)
            return KmsDocumentOutcome.MissingElement;
        if (format != HashedUserIdentifiers)
            return KmsDocumentOutcome.UnsupportedUserIdFormat;
        if (KmsXml.Text(element, "ParameterSet") is not (null or ParameterSet1))
            return KmsDocumentOutcome.UnsupportedParameterSet;
        if (KmsXml.Child(element, "KmsDomainList") is { } list)
            domains = [.. KmsXml.Children(list, "KmsDomain").Take(MaxDomains + 1).Select(domain => domain.Value.Trim())];
        if (domains.Length > MaxDomains)
            return KmsDocumentOutcome.TooMany;
        return domains.Any(domain => domain.Length is 0 or > UserKeySet.MaxUri_bytes) ? KmsDocumentOutcome.BadValue : KmsDocumentOutcome.Ok;
    }
}
