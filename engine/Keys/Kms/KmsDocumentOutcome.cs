namespace MediaEngine.Keys;

/// <summary>What became of a document of the KMS interface (TS 33.180 annex D).</summary>
public enum KmsDocumentOutcome
{
    Ok,

    /// <summary>Empty, or longer than <see cref="KmsXml.MaxDocument_bytes"/>.</summary>
    WrongLength,

    /// <summary>Not well-formed, or with a document type definition.</summary>
    NotXml,

    /// <summary>Elements nested deeper than any such document has them.</summary>
    TooDeep,

    /// <summary>Of another kind than expected.</summary>
    UnexpectedDocument,

    /// <summary>An element that must be there is not.</summary>
    MissingElement,

    /// <summary>An element's text is no number, date, hexadecimal octets or URI of an acceptable length.</summary>
    BadValue,

    /// <summary>More certificates, key sets or domains than are taken.</summary>
    TooMany,

    /// <summary>A UserIdFormat other than 2, hashed UIDs.</summary>
    UnsupportedUserIdFormat,

    /// <summary>A SAKKE ParameterSet other than 1.</summary>
    UnsupportedParameterSet,

    /// <summary>PubEncKey or PubAuthKey is no point of its curve.</summary>
    BadPublicKey,

    /// <summary>Keys encrypted under a transport key, which are not supported.</summary>
    EncryptedKeys,
}
