namespace MediaEngine.Sip;

/// <summary>One contact of an address-of-record: where its requests go and until when (RFC 3261 10, RFC 3327, RFC 5626). Immutable.</summary>
public sealed record SipBinding
{
    /// <summary>The contact's URI, the Request-URI of requests to it.</summary>
    public required string Contact { get; init; }

    public required SipTransportKind Transport { get; init; }

    /// <summary>Address and port that requests go to when there is no open connection, <c>address:port</c>.</summary>
    public required string Address { get; init; }

    /// <summary>Where the REGISTER came from, <c>address:port</c>; null when a proxy stands between, for others come from there too.</summary>
    public string? Source { get; init; }

    public required string CallId { get; init; }

    public required uint CSeq { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Preference in thousandths, 0 to 1000.</summary>
    public int Preference { get; init; } = 1000;

    /// <summary><c>+sip.instance</c> without quotes, angle brackets included; null when the contact says none.</summary>
    public string? Instance { get; init; }

    /// <summary><c>reg-id</c> of a flow by RFC 5626; 0 = none.</summary>
    public int RegId { get; init; }

    /// <summary>Path values in the order of Route; null = none.</summary>
    public IReadOnlyList<string>? Path { get; init; }
}
