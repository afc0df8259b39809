namespace MediaEngine.Floor;

/// <summary>What makes an endpoint without floor control ask for the floor.</summary>
public enum PlainTalkMode
{
    /// <summary>It listens only.</summary>
    Never,

    /// <summary>Speech: louder than a threshold.</summary>
    VoiceActivity,

    /// <summary>A key of its keypad (RFC 4733 telephone-event).</summary>
    Digit,
}
