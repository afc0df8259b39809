namespace MediaEngine.Sip;

/// <summary>What a session timer asks its user to do now.</summary>
public enum SessionTimerAction
{
    None,

    /// <summary>Send a session refresh request.</summary>
    Refresh,

    /// <summary>Nobody refreshed the session, or its peer is gone: send BYE and forget it.</summary>
    End,
}
