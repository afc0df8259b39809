namespace MediaEngine.Media;

/// <summary>Protects floor control on the call's subchannel with another key from now on.</summary>
public sealed record ReplaceFloorKey(CallId Call, MulticastKey FloorKey) : MediaCommand(Call);
