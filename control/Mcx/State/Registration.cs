using System.Text.Json.Serialization;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>A registered client and the ways to it (RFC 3261 10, RFC 5626).</summary>
public sealed record Registration : DurableRecord
{
    public required string McpttId { get; init; }

    /// <summary>The MCPTT client identity: one user may have several clients.</summary>
    public required string ClientId { get; init; }

    /// <summary>In the order in which they are tried; at least one. A telephone's contacts, a client's flows.</summary>
    public required IReadOnlyList<SipBinding> Bindings { get; init; }

    /// <summary>The contact that is tried first, the Request-URI of requests to this client.</summary>
    [JsonIgnore]
    public string Contact => Bindings[0].Contact;

    /// <summary>Of the contact that is tried first.</summary>
    [JsonIgnore]
    public SipTransportKind Transport => Bindings[0].Transport;

    /// <summary>When the first of its bindings ends.</summary>
    [JsonIgnore]
    public DateTimeOffset ExpiresAt => Bindings.Count == 1 ? Bindings[0].ExpiresAt : Bindings.Min(binding => binding.ExpiresAt);
}
