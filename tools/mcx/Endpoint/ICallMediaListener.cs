using MediaEngine.Floor;

namespace MediaEngine.Tool;

/// <summary>Hears of what happens in a call's media. Called on the call's thread: must not block.</summary>
internal interface ICallMediaListener
{
    void OnFloorState(FloorParticipantState state);

    /// <param name="effect">Anything but Send.</param>
    /// <param name="talk">Who talks now.</param>
    /// <param name="phrase">What the server said to a refusal, fit to be shown; null when it said nothing.</param>
    void OnFloor(in FloorEffect effect, in TalkState talk, string? phrase);

    void OnBurst(HeardBurst burst);

    /// <summary>What was to be said cannot be protected: no group key is in force.</summary>
    void OnNoKey();
}
