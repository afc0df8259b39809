namespace MediaEngine.Sip;

/// <summary>What a challenge offers where MD5 is allowed; where it is not, every challenge is SHA-256 alone.</summary>
public enum DigestOffer
{
    /// <summary>RFC 8760 2.4.</summary>
    Sha256First,

    /// <summary>For peers that look at one challenge only.</summary>
    Md5First,

    /// <summary>For peers that give up at a challenge they do not know.</summary>
    Md5Alone,
}
