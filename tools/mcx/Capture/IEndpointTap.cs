using System.Net;
using MediaEngine.Keys;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>Sees every octet an endpoint sends or receives, as on the wire, and the keys for them. Called on the endpoint's threads: must not block.</summary>
public interface IEndpointTap
{
    void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message);

    void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram);

    void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram);

    /// <summary>Media may be under this key from now on; it is valid during the call only.</summary>
    void KeyHeld(GroupMasterKey key)
    {
    }

    /// <summary>Floor control by multicast, or what is mapped to a bearer, is under this key; it is valid during the call only.</summary>
    void KeyHeld(McxKey key)
    {
    }

    /// <summary>Floor control is under this key; it is valid during the call only.</summary>
    void KeyHeld(ClientServerKey key)
    {
    }
}
