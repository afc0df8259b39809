namespace MediaEngine.Sip;

/// <summary>How transports are written and what they promise.</summary>
public static class SipTransportKindExtensions
{
    public static bool IsSecure(this SipTransportKind transport) => transport is SipTransportKind.Tls or SipTransportKind.Wss;

    /// <summary>RFC 7118 5: only the client opens the connection.</summary>
    public static bool IsWebSocket(this SipTransportKind transport) => transport is SipTransportKind.Ws or SipTransportKind.Wss;

    /// <summary>As in Via: <c>UDP</c>, <c>TLS</c>, <c>WSS</c>.</summary>
    public static string ViaName(this SipTransportKind transport) => transport switch
    {
        SipTransportKind.Udp => "UDP",
        SipTransportKind.Tcp => "TCP",
        SipTransportKind.Tls => "TLS",
        SipTransportKind.Ws => "WS",
        _ => "WSS",
    };

    /// <summary>As in a URI's transport parameter; WebSocket is <c>ws</c> with and without TLS (RFC 7118 5.2.3).</summary>
    public static string UriName(this SipTransportKind transport) => transport switch
    {
        SipTransportKind.Udp => "udp",
        SipTransportKind.Tcp => "tcp",
        SipTransportKind.Tls => "tls",
        _ => "ws",
    };

    /// <summary>The port where none is written (RFC 3261 19.1.2, RFC 7118 5.2.4).</summary>
    public static int DefaultPort(this SipTransportKind transport) => transport switch
    {
        SipTransportKind.Tls => 5061,
        SipTransportKind.Ws => 80,
        SipTransportKind.Wss => 443,
        _ => 5060,
    };
}
