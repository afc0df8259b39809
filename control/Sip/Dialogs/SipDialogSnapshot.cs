namespace MediaEngine.Sip;

/// <summary>What of a dialog outlives the process: header values as they are written.</summary>
/// <param name="Local">With its tag.</param>
/// <param name="Remote">With its tag.</param>
/// <param name="RouteSet">In the order in which the routes are sent.</param>
/// <param name="LocalCSeq">The last number used.</param>
/// <param name="RemoteCSeq">The last number received.</param>
public sealed record SipDialogSnapshot(
    string CallId, string Local, string Remote, string RemoteTarget, IReadOnlyList<string> RouteSet, uint LocalCSeq, uint? RemoteCSeq);
