namespace MediaEngine.Sip;

/// <summary>The sent-by of a Via (RFC 3261 20.42): IPv6 hosts in brackets.</summary>
public readonly record struct SipSentBy(string Host, int Port);
