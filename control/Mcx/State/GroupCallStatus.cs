namespace MediaEngine.Mcx;

/// <summary>A group call that is up, for consoles.</summary>
/// <param name="Number">The media plane's number of it.</param>
/// <param name="GroupId">The group or regroup that was called.</param>
/// <param name="Since">When it was set up.</param>
/// <param name="Participants">MCPTT IDs of who is in it.</param>
public sealed record GroupCallStatus(ulong Number, string GroupId, DateTimeOffset Since, IReadOnlyList<string> Participants);
