using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace MediaEngine.Keys;

/// <summary>KmsKeySet (TS 33.180 D.3.3), its keys in clear: HTTPS protects them (D.1).</summary>
internal static class KmsKeySetXml
{
    public const string Name = "KmsKeySet";

    public static KmsDocumentOutcome TryRead(XElement element, out ReceivedKeySet? keys)
    {
        keys = null;
        KmsDocumentOutcome outcome = KmsXml.TryUri(element, "KmsUri", out string? kmsUri);
        if (outcome != KmsDocumentOutcome.Ok || (outcome = KmsXml.TryUri(element, "UserUri", out string? userUri)) != KmsDocumentOutcome.Ok)
            return outcome;
        if (kmsUri is null || userUri is null)
            return KmsDocumentOutcome.MissingElement;
        if ((outcome = KmsXml.TryNumber(element, "KeyPeriodNo", long.MaxValue, out long period)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryFlag(element, "Revoked", out bool revoked)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryOctets(element, "UserDecryptKey", out byte[] decrypt)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryOctets(element, "UserSigningKeySSK", out byte[] signing)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryOctets(element, "UserPubTokenPVT", out byte[] token)) != KmsDocumentOutcome.Ok)
            return outcome;
        keys = new ReceivedKeySet
        {
            KmsUri = kmsUri,
            UserUri = userUri,
            KeyPeriodNumber = period,
            UserIdentifier = UserIdentifierOf(KmsXml.Text(element, "UserID")),
            Revoked = revoked,
            DecryptKey = decrypt,
            SigningKey = signing,
            PublicValidationToken = token,
        };
        return KmsDocumentOutcome.Ok;
    }

    public static XElement Write(UserKeySet keys)
    {
        KeyManagementServer kms = keys.Certificate.Kms;
        Span<byte> decrypt = stackalloc byte[ReceiverSecretKey.Length_bytes];
        Span<byte> signing = stackalloc byte[SecretSigningKey.Length_bytes];
        keys.ReceiverSecretKey.CopyKeyTo(decrypt);
        keys.SecretSigningKey.CopyKeyTo(signing);
        var element = new XElement(
            KmsXml.Namespace + Name,
            new XAttribute("Version", KmsXml.ItemVersion),
            KmsXml.Element("KmsUri", kms.Uri),
            KmsXml.Optional("CertUri", keys.Certificate.CertUri),
            KmsXml.Optional("Issuer", keys.Certificate.Issuer),
            KmsXml.Element("UserUri", keys.UserUri),
            KmsXml.Element("UserID", Convert.ToBase64String(keys.UserIdentifier)),
            KmsXml.Optional("ValidFrom", KeyPeriods.StartOf(kms, keys.KeyPeriodNumber)),
            KmsXml.Optional("ValidTo", KeyPeriods.EndOf(kms, keys.KeyPeriodNumber).AddSeconds(-1)),
            KmsXml.Element("KeyPeriodNo", keys.KeyPeriodNumber.ToString(CultureInfo.InvariantCulture)),
            KmsXml.Element("Revoked", "false"),
            Key("UserDecryptKey", decrypt),
            Key("UserSigningKeySSK", signing),
            Key("UserPubTokenPVT", keys.SecretSigningKey.PublicValidationToken));
        CryptographicOperations.ZeroMemory(decrypt);
        CryptographicOperations.ZeroMemory(signing);
        return element;
    }

    private static XElement Key(string name, ReadOnlySpan<byte> octets) => new(
        KmsXml.Namespace + name,
        new XAttribute(KmsXml.SchemaInstance + "type", "KeyContentType"),
        Convert.ToHexString(octets));

    // base64 by the schema; some KMSs write hexadecimal. What is neither is left to the check of the keys themselves.
    private static byte[]? UserIdentifierOf(string? text)
    {
        if (text is null)
            return null;
        if (text.Length == 2 * UserIdentifier.Length_bytes && KmsXml.TryHex(text, out byte[] octets))
            return octets;
        byte[] decoded = new byte[UserIdentifier.Length_bytes];
        return Convert.TryFromBase64String(text, decoded, out int length) && length == decoded.Length ? decoded : null;
    }
}
