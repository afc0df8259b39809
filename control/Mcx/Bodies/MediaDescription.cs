using System.Net;

namespace MediaEngine.Mcx;

/// <summary>One <c>m=</c> section of a session description (RFC 8866 5.14).</summary>
public sealed record MediaDescription
{
    /// <summary><c>audio</c> or <c>application</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>0 = refused.</summary>
    public required int Port { get; init; }

    /// <summary><c>RTP/SAVP</c>, <c>udp</c>, …</summary>
    public required string Protocol { get; init; }

    /// <summary>Payload types, or <c>MCPTT</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The section's own <c>c=</c> address.</summary>
    public IPAddress? Connection { get; init; }

    /// <summary>The TTL of a multicast <c>c=</c> address.</summary>
    public int? TimeToLive { get; init; }

    public string? Information { get; init; }

    /// <summary>Attribute lines without <c>a=</c>, in order.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    public bool IsAudio => Kind == "audio";

    /// <summary>The floor control line: <c>m=application … udp MCPTT</c> (TS 24.380 4.3).</summary>
    public bool IsFloorControl => Kind == "application" && Protocol.Equals("udp", StringComparison.OrdinalIgnoreCase)
        && Format == "MCPTT";

    /// <summary>The <c>a=fmtp:MCPTT</c> parameters (TS 24.380 12.1.2): name, and value or null. Unknown ones are kept.</summary>
    public IReadOnlyDictionary<string, string?> FloorParameters
    {
        get
        {
            var parameters = new Dictionary<string, string?>(StringComparer.Ordinal);
            foreach (string attribute in Attributes)
            {
                if (!attribute.StartsWith("fmtp:MCPTT ", StringComparison.Ordinal))
                    continue;
                foreach (string part in attribute["fmtp:MCPTT ".Length..].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                {
                    int equals = part.IndexOf('=', StringComparison.Ordinal);
                    parameters.TryAdd(equals < 0 ? part : part[..equals], equals < 0 ? null : part[(equals + 1)..]);
                }
            }
            return parameters;
        }
    }
}
