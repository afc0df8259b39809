namespace MediaEngine.Simulation.Tests;

/// <summary>A rule of the system broken on purpose, to see that the checks find it.</summary>
internal enum SimFault
{
    None,

    /// <summary>The server forwards media without asking the floor.</summary>
    ForwardWithoutFloor,

    /// <summary>The server answers and commits later.</summary>
    AnswerBeforeCommit,

    /// <summary>Clients begin every call with the same SSRC and sequence number.</summary>
    RepeatMediaNonce,

    /// <summary>The server forwards media to its sender too.</summary>
    EchoMedia,

    /// <summary>A server process begins with the server SSRCs of the one before it.</summary>
    RepeatServerSsrcs,

    /// <summary>The server never tells members of a regroup.</summary>
    ForgetNotices,

    /// <summary>A server process does not know the group keys of the one before it.</summary>
    ForgetGroupKeys,
}

/// <summary>At which boundary the server process dies.</summary>
internal enum KillPoint
{
    BetweenEvents,

    /// <summary>Handled, not committed.</summary>
    BeforeCommit,

    /// <summary>Committed, not released.</summary>
    AfterCommit,
}
