using System.Net;

namespace MediaEngine.Sip;

/// <summary>Options of a <see cref="SipStack"/>.</summary>
public sealed record SipStackOptions
{
    /// <summary>At most one per transport. With port 0 for both, TCP takes UDP's port where it is free.</summary>
    public IReadOnlyList<SipListen> Listen { get; init; } =
        [new(SipTransportKind.Udp, new IPEndPoint(IPAddress.Any, 5060)), new(SipTransportKind.Tcp, new IPEndPoint(IPAddress.Any, 5060))];

    /// <summary>The host our Via names; null = the listening address, or the machine's first address when that is a wildcard.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>Value of User-Agent and Server; null = none.</summary>
    public string? ServerName { get; init; } = "MediaEngine";

    public SipLimits Limits { get; init; } = SipLimits.Default;

    /// <summary>Timers and transaction bounds; its sent-by fields are filled by the stack.</summary>
    public SipTransactionOptions Transactions { get; init; } = new();

    public int MaxConnections { get; init; } = 4096;

    public int MaxConnectionsPerAddress { get; init; } = 256;

    /// <summary>Messages waiting for the stack's thread.</summary>
    public int ReceiveQueue_messages { get; init; } = 8192;

    /// <summary>Requests and responses waiting for the stack's thread.</summary>
    public int CommandQueue_items { get; init; } = 65536;

    /// <summary>Messages waiting on one connection.</summary>
    public int ConnectionSendQueue_messages { get; init; } = 1024;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(4);

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
