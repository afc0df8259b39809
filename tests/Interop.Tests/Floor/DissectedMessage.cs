namespace MediaEngine.Interop.Tests;

/// <summary>
/// One message: what the analyser says of each field, in order. Only the last of a datagram is checked for its length.
/// </summary>
internal sealed record DissectedMessage(string Application, string Subtype, string Ssrc, string[] Fields, bool? HasRightLength);
