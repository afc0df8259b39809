namespace MediaEngine.Server;

/// <summary>The floor of a call as the operator's HTTP tells it. Times are UTC.</summary>
/// <param name="Group">The group or regroup.</param>
/// <param name="Call">The call's number, hexadecimal.</param>
/// <param name="At">When it was so.</param>
/// <param name="State">What the floor is.</param>
/// <param name="Talkers">Who has it, who began first in front.</param>
/// <param name="Waiting">Who waits for it, the head of the queue in front.</param>
/// <param name="Decisions">The last ones since the call is watched, oldest first.</param>
public sealed record OperatorFloor(
    string Group, string Call, DateTimeOffset At, OperatorFloorState State, IReadOnlyList<OperatorTalker> Talkers,
    IReadOnlyList<OperatorWaiting> Waiting, IReadOnlyList<OperatorDecision> Decisions);
