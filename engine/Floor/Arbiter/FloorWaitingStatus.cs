using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>One floor request in the queue, as a console shows it.</summary>
/// <param name="Participant">The participant's number; that of the function in front of it, when there is one.</param>
/// <param name="McpttId">Its identity.</param>
/// <param name="Since">When it was put into the queue.</param>
/// <param name="CallType">Emergency, imminent peril or normal.</param>
/// <param name="Priority">The floor priority that counts, 0 to 255.</param>
/// <param name="Preempts">It gets the floor as soon as the talker stops, who has been told to.</param>
public readonly record struct FloorWaitingStatus(
    int Participant, string McpttId, Instant Since, FloorIndicator CallType, byte Priority, bool Preempts);
