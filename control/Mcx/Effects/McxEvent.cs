namespace MediaEngine.Mcx;

/// <summary>One line for the operator's log: what happened to whom, and why.</summary>
/// <param name="Name">A stable name to search for, <c>regroup-formed</c>.</param>
/// <param name="Subject">The user, group or call concerned.</param>
/// <param name="Detail">What a person needs to know; never key material.</param>
/// <param name="Warning">True when somebody should look at it.</param>
public sealed record McxEvent(string Name, string Subject, string Detail, bool Warning = false);
