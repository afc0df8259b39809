using MediaEngine.Floor;

namespace MediaEngine.Tool;

/// <summary>Hears of what happens in a call's media. Called on the call's thread: must not block.</summary>
internal interface ICallMediaListener
{
    void OnFloorState(FloorParticipantState state);

    /// <param name="effect">Anything but Send.</param>
    /// <param name="talk">Who talks now.</param>
    void OnFloor(in FloorEffect effect, in TalkState talk);

    void OnBurst(HeardBurst burst);

    /// <summary>What was to be said cannot be protected: no group key is in force.</summary>
    void OnNoKey();
}
