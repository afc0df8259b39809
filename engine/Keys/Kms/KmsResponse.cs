using System.Globalization;
using System.Xml.Linq;

namespace MediaEngine.Keys;

/// <summary>KmsResponse (TS 33.180 D.3.1). Signatures are passed over: HTTPS protects it.</summary>
public sealed record KmsResponse
{
    private const string Root = "Root";
    private const string External = "External";

    /// <summary>URI of the user the response is for.</summary>
    public required string UserUri { get; init; }

    public required string KmsUri { get; init; }

    public required KmsMessage Message { get; init; }

    /// <param name="response">Null unless Ok.</param>
    public static KmsDocumentOutcome TryRead(ReadOnlyMemory<byte> document, out KmsResponse? response)
    {
        response = null;
        KmsDocumentOutcome outcome = KmsXml.TryParse(document, out XElement root);
        if (outcome != KmsDocumentOutcome.Ok)
            return outcome;
        XElement? element = root.Name.LocalName switch
        {
            "KmsResponse" => root,
            "SignedKmsResponse" => KmsXml.Child(root, "KmsResponse"),
            _ => null,
        };
        if (element is null)
            return KmsDocumentOutcome.UnexpectedDocument;
        if ((outcome = KmsXml.TryUri(element, "UserUri", out string? userUri)) != KmsDocumentOutcome.Ok ||
            (outcome = KmsXml.TryUri(element, "KmsUri", out string? kmsUri)) != KmsDocumentOutcome.Ok)
            return outcome;
        if (userUri is null || kmsUri is null)
            return KmsDocumentOutcome.MissingElement;
        outcome = TryReadMessage(element, out KmsMessage? message);
        if (outcome == KmsDocumentOutcome.Ok)
            response = new KmsResponse { UserUri = userUri, KmsUri = kmsUri, Message = message! };
        return outcome;
    }

    /// <summary>The answer to init. UTF-8.</summary>
    public static byte[] WriteInit(KmsCertificate own, KmsRequest request, DateTimeOffset now) => Write(
        own, request, now, Envelope(new XElement(KmsXml.Namespace + "KmsInit", Version(), KmsCertificateXml.Write(own, Root))));

    /// <summary>The answer to keyprov: secret. UTF-8.</summary>
    public static byte[] WriteKeyProvision(KmsCertificate own, KmsRequest request, DateTimeOffset now, IEnumerable<UserKeySet> keySets) => Write(
        own, request, now, Envelope(new XElement(KmsXml.Namespace + "KmsKeyProv", Version(), keySets.Select(KmsKeySetXml.Write))));

    /// <summary>The answer to certcache. UTF-8.</summary>
    /// <param name="certificates">None tells that the client's cache is up to date.</param>
    public static byte[] WriteCertificateCache(
        KmsCertificate own, KmsRequest request, DateTimeOffset now, long number, IEnumerable<KmsCertificate> certificates) => Write(
        own, request, now, Envelope(new XElement(
            KmsXml.Namespace + "KmsCertCache", Version(), new XAttribute("CacheNum", number),
            certificates.Select(certificate => KmsCertificateXml.Write(certificate, certificate == own ? Root : External)))));

    /// <summary>UTF-8.</summary>
    public static byte[] WriteError(KmsCertificate own, KmsRequest request, DateTimeOffset now, int code, string text) => Write(
        own, request, now, new XElement(
            KmsXml.Namespace + "KmsError",
            KmsXml.Element("ErrorCode", code.ToString(CultureInfo.InvariantCulture)),
            KmsXml.Element("ErrorMsg", text)));

    private static KmsDocumentOutcome TryReadMessage(XElement response, out KmsMessage? message)
    {
        message = null;
        if (KmsXml.Child(response, "KmsError") is { } error)
        {
            KmsDocumentOutcome outcome = KmsXml.TryNumber(error, "ErrorCode", int.MaxValue, out long code);
            message = outcome == KmsDocumentOutcome.Ok ? new KmsMessage.Error(code, KmsXml.Text(error, "ErrorMsg") ?? string.Empty) : null;
            return outcome;
        }
        if (KmsXml.Child(response, "KmsMessage") is not { } body)
            return KmsDocumentOutcome.MissingElement;
        if (KmsXml.Child(body, "KmsInit") is { } init)
            return TryReadInit(init, out message);
        if (KmsXml.Child(body, "KmsKeyProv") is { } provision)
        {
            KmsDocumentOutcome outcome = KmsMaterial.TryReadKeySets(KmsXml.Children(provision, KmsKeySetXml.Name), out List<ReceivedKeySet> keySets);
            message = outcome == KmsDocumentOutcome.Ok ? new KmsMessage.KeyProvision(keySets) : null;
            return outcome;
        }
        if (KmsXml.Child(body, "KmsCertCache") is { } cache)
            return TryReadCache(cache, out message);
        return KmsDocumentOutcome.MissingElement;
    }

    private static KmsDocumentOutcome TryReadInit(XElement init, out KmsMessage? message)
    {
        message = null;
        if (CertificatesIn(init).FirstOrDefault() is not { } element)
            return KmsDocumentOutcome.MissingElement;
        KmsDocumentOutcome outcome = KmsCertificateXml.TryRead(element, out KmsCertificate? certificate);
        message = outcome == KmsDocumentOutcome.Ok ? new KmsMessage.Init(certificate!) : null;
        return outcome;
    }

    private static KmsDocumentOutcome TryReadCache(XElement cache, out KmsMessage? message)
    {
        message = null;
        KmsDocumentOutcome outcome = KmsMaterial.TryReadCertificates(CertificatesIn(cache), out List<KmsCertificate> certificates);
        long number = long.TryParse((string?)cache.Attribute("CacheNum"), NumberStyles.None, CultureInfo.InvariantCulture, out long read) ? read : 0;
        message = outcome == KmsDocumentOutcome.Ok ? new KmsMessage.CertificateCache(number, certificates) : null;
        return outcome;
    }

    private static IEnumerable<XElement> CertificatesIn(XElement parent) =>
        KmsXml.Children(parent, KmsCertificateXml.Name)
            .Concat(KmsXml.Children(parent, "SignedKmsCertificate").SelectMany(signed => KmsXml.Children(signed, KmsCertificateXml.Name)));

    private static XElement Envelope(XElement content) => new(KmsXml.Namespace + "KmsMessage", content);

    private static XAttribute Version() => new("Version", KmsXml.MessageVersion);

    private static byte[] Write(KmsCertificate own, KmsRequest request, DateTimeOffset now, XElement content) => KmsXml.Write(new XElement(
        KmsXml.Namespace + "KmsResponse",
        new XAttribute(XNamespace.Xmlns + "xsi", KmsXml.SchemaInstance.NamespaceName),
        Version(),
        KmsXml.Element("UserUri", request.UserUri),
        KmsXml.Element("KmsUri", own.Kms.Uri),
        KmsXml.Optional("Time", (DateTimeOffset?)now),
        KmsXml.Element("ClientReqUrl", request.ClientReqUrl ?? string.Empty),
        content));
}
