using System.Net;
using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>What a plain SIP endpoint negotiated: G.711 A-law, in clear or under SDES keys.</summary>
public sealed record PlainMedia
{
    /// <summary>Where its session description says it is. Port 0 = its first packet tells the port.</summary>
    public required IPEndPoint Audio { get; init; }

    /// <summary>SRTP keys of both directions; null = RTP in clear.</summary>
    public SdesKeyPair? Keys { get; init; }

    /// <summary>Payload type of telephone-event (RFC 4733), or null.</summary>
    public byte? TelephoneEvent { get; init; }

    /// <summary>It wants to hear: false while it holds the call (a=sendonly, a=inactive).</summary>
    public bool Receives { get; init; } = true;

    /// <summary>It may be heard: false for a=recvonly and a=inactive.</summary>
    public bool Sends { get; init; } = true;
}
