namespace MediaEngine.Mcx;

public enum RegroupBodyOutcome
{
    Ok,

    /// <summary>Not well-formed, too large, or with a DTD: answered 400.</summary>
    NotXml,

    /// <summary>Well-formed but not a valid combination: answered 403 with warning 150.</summary>
    WrongContent,
}
