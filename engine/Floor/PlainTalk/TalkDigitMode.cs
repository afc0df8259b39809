namespace MediaEngine.Floor;

/// <summary>How the key of <see cref="PlainTalkMode.Digit"/> works.</summary>
public enum TalkDigitMode
{
    /// <summary>One press begins to talk, the next one ends it: for telephones that send digits of a fixed, short length.</summary>
    Toggle,

    /// <summary>Talk while the key is held down.</summary>
    Hold,
}
