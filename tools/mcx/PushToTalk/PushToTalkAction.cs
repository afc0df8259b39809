namespace MediaEngine.Tool;

/// <summary>What the user of a push-to-talk does.</summary>
internal enum PushToTalkAction
{
    Press,

    /// <summary>Gives the floor back; a place in the queue is kept.</summary>
    Release,

    /// <summary>Press, or release when it is pressed: a terminal tells when a key goes down, not when it goes up.</summary>
    Toggle,

    /// <summary>Gives up the place in the queue too.</summary>
    Cancel,

    /// <summary>Asks for the place in the queue.</summary>
    Position,

    Quit,
}
