namespace MediaEngine.Media;

/// <summary>A leg of a call: unique within the call, and the participant number of its floor machine.</summary>
public readonly record struct LegId(int Value);
