using System.Xml.Linq;
using MediaEngine.Rtp;

namespace MediaEngine.Keys;

/// <summary>
/// Certificates and key sets in one file: what a client keeps between two starts, and how an external KMS's keys are
/// imported. Saved responses of a KMS are read as well. Dispose zeroes the keys.
/// </summary>
public sealed class KmsMaterial : IDisposable
{
    public const string NamespaceName = "urn:mediaengine:kms-material:1";
    public const int MaxCertificates = 32;
    public const int MaxKeySets = 4096;

    private KmsMaterial(List<KmsCertificate> certificates, List<ReceivedKeySet> keySets)
    {
        Certificates = certificates;
        KeySets = keySets;
    }

    public IReadOnlyList<KmsCertificate> Certificates { get; }

    /// <summary>Not validated yet.</summary>
    public IReadOnlyList<ReceivedKeySet> KeySets { get; }

    /// <param name="material">Null unless Ok. A file without certificates is MissingElement.</param>
    public static KmsDocumentOutcome TryRead(ReadOnlyMemory<byte> document, out KmsMaterial? material)
    {
        material = null;
        KmsDocumentOutcome outcome = KmsXml.TryParse(document, out XElement root);
        if (outcome != KmsDocumentOutcome.Ok)
            return outcome;
        outcome = TryReadCertificates(Descendants(root, KmsCertificateXml.Name), out List<KmsCertificate> certificates);
        if (outcome != KmsDocumentOutcome.Ok)
            return outcome;
        if (certificates.Count == 0)
            return KmsDocumentOutcome.MissingElement;
        outcome = TryReadKeySets(Descendants(root, KmsKeySetXml.Name), out List<ReceivedKeySet> keySets);
        if (outcome == KmsDocumentOutcome.Ok)
            material = new KmsMaterial(certificates, keySets);
        return outcome;
    }

    /// <summary>UTF-8; secret when there are key sets.</summary>
    /// <param name="certificates">The own KMS's first.</param>
    public static byte[] Write(IReadOnlyList<KmsCertificate> certificates, IEnumerable<UserKeySet> keySets)
    {
        XNamespace own = NamespaceName;
        return KmsXml.Write(new XElement(
            own + "KmsMaterial",
            new XAttribute(XNamespace.Xmlns + "xsi", KmsXml.SchemaInstance.NamespaceName),
            certificates.Select((certificate, index) => KmsCertificateXml.Write(certificate, index == 0 ? "Root" : "External")),
            keySets.Select(KmsKeySetXml.Write)));
    }

    /// <summary>UTF-8; secret.</summary>
    public static byte[] Write(IdentityKeys keys) => Write(keys.Certificates, keys.KeySets);

    /// <summary>Validates the key sets of one identity. All other certificates of the file become trusted.</summary>
    /// <param name="uri">Exactly as provisioned.</param>
    /// <param name="entropy">See <see cref="IdentityKeys"/>.</param>
    /// <param name="keys">Null unless Ok; the caller's to dispose.</param>
    public IdentityKeysOutcome TryMakeIdentity(string uri, DateTimeOffset now, IEntropy entropy, out IdentityKeys? keys)
    {
        keys = null;
        ReceivedKeySet[] received = [.. KeySets.Where(set => set.UserUri == uri)];
        if (received.Length == 0)
            return IdentityKeysOutcome.NoKeySet;
        if (Certificates.FirstOrDefault(certificate => certificate.Kms.Uri == received[0].KmsUri) is not { } own)
            return IdentityKeysOutcome.NoCertificate;
        if (!own.IsUsableAt(now))
            return IdentityKeysOutcome.CertificateNotUsable;
        var held = new List<UserKeySet>();
        foreach (ReceivedKeySet set in received.Where(set => set.KmsUri == own.Kms.Uri).DistinctBy(set => set.KeyPeriodNumber))
        {
            if (UserKeySet.Receive(own, set, out UserKeySet? one) == UserKeySetOutcome.Ok)
            {
                held.Add(one!);
                continue;
            }
            held.ForEach(good => good.Dispose());
            return IdentityKeysOutcome.BadKeySet;
        }
        KmsCertificate[] trusted = [.. Certificates.Where(other => other.Kms.Uri != own.Kms.Uri && other.IsUsableAt(now)).DistinctBy(other => other.Kms.Uri)];
        var made = new IdentityKeys(uri, own, trusted, held, entropy);
        if (!made.CoversAt(now))
        {
            made.Dispose();
            return IdentityKeysOutcome.NoCurrentKeySet;
        }
        keys = made;
        return IdentityKeysOutcome.Ok;
    }

    public void Dispose()
    {
        foreach (ReceivedKeySet set in KeySets)
            set.Dispose();
    }

    internal static KmsDocumentOutcome TryReadCertificates(IEnumerable<XElement> elements, out List<KmsCertificate> certificates)
    {
        certificates = [];
        foreach (XElement element in elements)
        {
            if (certificates.Count == MaxCertificates)
                return KmsDocumentOutcome.TooMany;
            KmsDocumentOutcome outcome = KmsCertificateXml.TryRead(element, out KmsCertificate? certificate);
            if (outcome != KmsDocumentOutcome.Ok)
                return outcome;
            certificates.Add(certificate!);
        }
        return KmsDocumentOutcome.Ok;
    }

    internal static KmsDocumentOutcome TryReadKeySets(IEnumerable<XElement> elements, out List<ReceivedKeySet> keySets)
    {
        keySets = [];
        foreach (XElement element in elements)
        {
            ReceivedKeySet? keys = null;
            KmsDocumentOutcome outcome = keySets.Count == MaxKeySets ? KmsDocumentOutcome.TooMany : KmsKeySetXml.TryRead(element, out keys);
            if (outcome != KmsDocumentOutcome.Ok)
            {
                keySets.ForEach(read => read.Dispose());
                return outcome;
            }
            keySets.Add(keys!);
        }
        return KmsDocumentOutcome.Ok;
    }

    private static IEnumerable<XElement> Descendants(XElement root, string name) =>
        root.DescendantsAndSelf().Where(element => element.Name.LocalName == name);
}
