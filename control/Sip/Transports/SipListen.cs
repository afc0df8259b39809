using System.Net;

namespace MediaEngine.Sip;

/// <summary>One listening endpoint; port 0 = any.</summary>
public sealed record SipListen(SipTransportKind Transport, IPEndPoint EndPoint);
