using System.Net;
using MediaEngine.Keys;

namespace MediaEngine.Mcx;

/// <summary>What a plain SIP endpoint negotiated.</summary>
/// <param name="Audio">Where it receives G.711 A-law.</param>
/// <param name="Keys">SRTP keys; null = RTP in clear, or in a change the keys before.</param>
/// <param name="TelephoneEvent">Payload type of telephone-event (RFC 4733), or null.</param>
/// <param name="Receives">False while it does not want to hear.</param>
/// <param name="Sends">False while it may not be heard.</param>
public sealed record PlainEndpoint(IPEndPoint Audio, SdesKeyPair? Keys, byte? TelephoneEvent, bool Receives, bool Sends);
