namespace MediaEngine.Server;

/// <summary>What became of a request's credentials.</summary>
internal enum KmsAuthentication
{
    Ok,

    /// <summary>None were sent.</summary>
    Missing,

    /// <summary>Unreadable, or not a user's name and password.</summary>
    Wrong,

    /// <summary>As Wrong, and this address has no attempt left.</summary>
    LastWrong,

    /// <summary>They were not looked at: this address failed too often.</summary>
    Blocked,
}
