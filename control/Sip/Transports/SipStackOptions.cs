using System.Net;

namespace MediaEngine.Sip;

/// <summary>Options of a <see cref="SipStack"/>.</summary>
public sealed record SipStackOptions
{
    /// <summary>Any number. With port 0 on one address, TCP takes UDP's port where it is free.</summary>
    public IReadOnlyList<SipListen> Listen { get; init; } =
        [new(SipTransportKind.Udp, new IPEndPoint(IPAddress.Any, 5060)), new(SipTransportKind.Tcp, new IPEndPoint(IPAddress.Any, 5060))];

    /// <summary>The host our Via names; null = the listening address, or the machine's first address when that is a wildcard.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>Value of User-Agent and Server; null = none.</summary>
    public string? ServerName { get; init; } = "MediaEngine";

    public SipLimits Limits { get; init; } = SipLimits.Default;

    /// <summary>Timers and transaction bounds; its sent-by fields are filled by the stack.</summary>
    public SipTransactionOptions Transactions { get; init; } = new();

    /// <summary>Certificates; needed for TLS and WSS listeners.</summary>
    public SipTlsOptions? Tls { get; init; }

    public int MaxConnections { get; init; } = 4096;

    /// <summary>Of one address; of one /64 with IPv6.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 256;

    /// <summary>Accepted connections that are not yet through TLS and WebSocket handshakes.</summary>
    public int MaxHandshakes { get; init; } = 256;

    /// <summary>
    /// Octets a second that are answered over UDP to an address nobody was vouched for on (<see cref="SipStack.Vouch"/>), and
    /// never more than came from there; 0 = no limit.
    /// </summary>
    public int UnprovenAnswers_bytesPerSecond { get; init; }

    /// <summary>How long <see cref="SipStack.Vouch"/> holds for a UDP address.</summary>
    public TimeSpan VouchedUdp { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Messages waiting for the stack's thread: of strangers, and of those vouched for.</summary>
    public int ReceiveQueue_messages { get; init; } = 32_768;

    /// <summary>Octets of all of them.</summary>
    public int ReceiveQueue_bytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Requests and responses waiting for the stack's thread.</summary>
    public int CommandQueue_items { get; init; } = 65536;

    /// <summary>Messages waiting on one connection.</summary>
    public int ConnectionSendQueue_messages { get; init; } = 1024;

    /// <summary>To connect, with the TLS handshake.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>An accepted connection must be through TLS and WebSocket handshakes within this time.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>From a pong to the next ping on connections we opened (RFC 5626 3.5.1); zero = no pings.</summary>
    public TimeSpan KeepAlive { get; init; }

    /// <summary>A ping unanswered for this long ends the connection (RFC 5626 4.4.1).</summary>
    public TimeSpan PongTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An accepted connection must say something within this time.</summary>
    public TimeSpan FirstOctetTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From a message's first octet to its last: against slow senders.</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Silence after which a connection is closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A peer that takes nothing for this long is closed.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Told of an exception out of an <see cref="ISipUser"/> callback; the stack goes on.</summary>
    public Action<Exception>? UserException { get; init; }
}
