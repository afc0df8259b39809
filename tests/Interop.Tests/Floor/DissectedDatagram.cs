namespace MediaEngine.Interop.Tests;

/// <summary>The messages of one datagram, and whatever the analyser had to complain of.</summary>
internal sealed record DissectedDatagram(DissectedMessage[] Messages, string[] Complaints);
