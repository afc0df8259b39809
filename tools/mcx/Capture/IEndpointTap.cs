using System.Net;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>Sees every octet an endpoint sends or receives, as on the wire. Called on the endpoint's threads: must not block.</summary>
public interface IEndpointTap
{
    void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message);

    void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram);

    void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram);
}
