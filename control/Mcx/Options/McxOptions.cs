using System.Net;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>What an MC system needs to know about where it runs.</summary>
public sealed record McxOptions
{
    /// <summary>The public service identity of this server, the Request-URI of its users' requests.</summary>
    public required string ServerUri { get; init; }

    /// <summary>The identity of the group management server, under which this server distributes GMKs.</summary>
    public required string GroupManagementUri { get; init; }

    /// <summary>The name put into Warning headers and session identities.</summary>
    public required string HostName { get; init; }

    /// <summary>The digest realm.</summary>
    public required string Realm { get; init; }

    /// <summary>Where the media plane receives audio and floor control of the call with this number.</summary>
    public required Func<ulong, MediaAddresses> MediaAddressesOf { get; init; }

    /// <summary>Where this server listens, as a destination sees it; null = under its domain only.</summary>
    public Func<SipDestination, SipSentBy>? SentBy { get; init; }

    /// <summary>The multicast bearer calls may use; null = unicast only.</summary>
    public MulticastOptions? Multicast { get; init; }

    public TimeSpan MaxRegistration { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan MinRegistration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Clients one user may have registered at a time.</summary>
    public int MaxClientsPerUser { get; init; } = 16;

    /// <summary>Contacts of one telephone user, and flows (RFC 5626) of one client, at a time.</summary>
    public int MaxContactsPerClient { get; init; } = 4;

    /// <summary>Service-Route values that registered clients are told (RFC 3608).</summary>
    public IReadOnlyList<string> ServiceRoute { get; init; } = [];

    /// <summary>Connections whose user is remembered: what the SIP stack holds open, or more.</summary>
    public int MaxConnections { get; init; } = 65_536;

    public int MaxCalls { get; init; } = 1000;

    public int MaxRegroups { get; init; } = 10_000;

    public EventOptions Events { get; init; } = new();

    /// <summary>How long the session of a client that does not show itself lasts.</summary>
    public SessionTimerOptions SessionTimer { get; init; } = new();

    /// <summary>What the server does with keys that it manages.</summary>
    public KeyOptions Keys { get; init; } = new();
}
