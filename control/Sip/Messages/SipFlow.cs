using System.Net;

namespace MediaEngine.Sip;

/// <summary>Where a message came from and a response goes back to. <paramref name="Connection"/> is 0 for UDP.</summary>
public readonly record struct SipFlow(SipTransportKind Transport, IPEndPoint Local, IPEndPoint Remote, long Connection);
