namespace MediaEngine.Server;

/// <param name="Position">1 = the head of the queue.</param>
/// <param name="McpttId">Who waits.</param>
/// <param name="Leg">Its number in the call.</param>
/// <param name="Since">When the request was put into the queue.</param>
/// <param name="CallType">emergency, imminent-peril or normal.</param>
/// <param name="Priority">0 to 255.</param>
/// <param name="Preempts">The talker was told to stop for it.</param>
public sealed record OperatorWaiting(
    int Position, string McpttId, int Leg, DateTimeOffset Since, string CallType, int Priority, bool Preempts);
