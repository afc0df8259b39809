using MediaEngine.Keys;

namespace MediaEngine.Server;

/// <summary>Reads files of certificates and key sets for people: every error names file, reason and way out.</summary>
public static class KmsFile
{
    /// <exception cref="ConfigurationException">The file cannot be read, is too long, or is no key material.</exception>
    public static KmsMaterial Load(string path, int maxLength_bytes = KmsXml.MaxDocument_bytes)
    {
        byte[] document = ReadBytes(path, maxLength_bytes);
        KmsDocumentOutcome outcome = KmsMaterial.TryRead(document, out KmsMaterial? material);
        Array.Clear(document);
        return material ?? throw new ConfigurationException($"{path}: {Describe(outcome)}.");
    }

    /// <exception cref="ConfigurationException">The file cannot be read or is too long.</exception>
    public static byte[] ReadBytes(string path, int maxLength_bytes)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true } file && file.Length > maxLength_bytes)
                throw new ConfigurationException($"{path}: larger than {maxLength_bytes} octets; this is not the file it should be.");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: cannot be read ({e.Message.TrimEnd('.')}); check the path and its permissions.", e);
        }
    }

    /// <summary>The keys of one identity out of a file of key material, checked.</summary>
    /// <exception cref="ConfigurationException">Names the file, the identity and the reason.</exception>
    public static IdentityKeys IdentityOf(string path, KmsMaterial material, string uri, DateTimeOffset now)
    {
        IdentityKeysOutcome outcome = material.TryMakeIdentity(uri, now, SystemEntropy.Instance, out IdentityKeys? keys);
        return keys ?? throw new ConfigurationException($"{path}: {Describe(outcome, uri)}.");
    }

    public static string Describe(IdentityKeysOutcome outcome, string uri) => outcome switch
    {
        IdentityKeysOutcome.NoKeySet => $"has no key set of {uri}",
        IdentityKeysOutcome.NoCertificate => $"lacks the certificate of the KMS that issued the keys of {uri}",
        IdentityKeysOutcome.CertificateNotUsable => $"the KMS's certificate is revoked, expired or not valid yet; get the new one with the keys of {uri}",
        IdentityKeysOutcome.BadKeySet => $"a key set of {uri} does not belong to it, to its key period or to the KMS's certificate; get it again from the KMS",
        IdentityKeysOutcome.NoCurrentKeySet => $"no key set of {uri} is of the current key period; get new ones from the KMS",
        _ => outcome.ToString(),
    };

    public static string Describe(KmsDocumentOutcome outcome) => outcome switch
    {
        KmsDocumentOutcome.WrongLength => $"is empty or longer than {KmsXml.MaxDocument_bytes} octets",
        KmsDocumentOutcome.NotXml => "is not well-formed XML, or has a document type",
        KmsDocumentOutcome.TooDeep => "nests elements deeper than any document of a KMS",
        KmsDocumentOutcome.UnexpectedDocument => "is another document than expected",
        KmsDocumentOutcome.MissingElement => "lacks an element that TS 33.180 annex D requires",
        KmsDocumentOutcome.BadValue => "has an element whose text is no URI, number, date or hexadecimal octets",
        KmsDocumentOutcome.TooMany => "has more certificates, key sets or domains than are taken",
        KmsDocumentOutcome.UnsupportedUserIdFormat => "has a UserIdFormat other than 2 (hashed)",
        KmsDocumentOutcome.UnsupportedParameterSet => "has a ParameterSet other than 1",
        KmsDocumentOutcome.BadPublicKey => "has a PubEncKey or PubAuthKey that is no point of its curve",
        KmsDocumentOutcome.EncryptedKeys => "has keys encrypted under a transport key, which is not supported; get them without",
        _ => outcome.ToString(),
    };
}
