using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>One who has the floor, as a console shows it.</summary>
/// <param name="Participant">The participant's number; that of the function in front of it, when there is one.</param>
/// <param name="McpttId">Its identity, also when others are not told it.</param>
/// <param name="Since">When the floor was granted.</param>
/// <param name="Left">How long it may still talk (T2, T12); with <paramref name="IsRevoked"/> the rest of the grace (T3).</param>
/// <param name="IsTimed"><paramref name="Left"/> runs down: media has come, or the floor is revoked.</param>
/// <param name="IsOverriding">It talks beside who has the floor (dual floor, TS 24.380 6.3.6).</param>
/// <param name="IsRevoked">A Floor Revoke is pending; its media is still forwarded.</param>
/// <param name="CallType">Emergency, imminent peril or normal.</param>
/// <param name="Priority">The floor priority that counts, 0 to 255.</param>
public readonly record struct FloorTalkerStatus(
    int Participant, string McpttId, Instant Since, TimeSpan Left, bool IsTimed, bool IsOverriding, bool IsRevoked,
    FloorIndicator CallType, byte Priority);
