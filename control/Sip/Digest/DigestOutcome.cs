namespace MediaEngine.Sip;

/// <summary>What came of checking a request's credentials.</summary>
public enum DigestOutcome
{
    Ok,

    /// <summary>No credentials for our realm: challenge.</summary>
    Missing,

    /// <summary>Credentials that cannot be read or lack a mandatory field: 400 or challenge.</summary>
    Malformed,

    /// <summary>Right or wrong, but under a nonce that is too old or not ours: challenge with stale=true.</summary>
    Stale,

    /// <summary>A nonce count used before: challenge with stale=true.</summary>
    Replayed,

    /// <summary>Unknown user or wrong response; the two cannot be told apart.</summary>
    Rejected,
}
