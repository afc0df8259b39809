using System.Net;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>Records what an endpoint sends and receives.</summary>
/// <param name="writer">Where it goes; stays the caller's to dispose.</param>
/// <param name="sentOnly">
/// Leave out what is received: for several endpoints of one machine that share a writer, where each packet is sent by one of them.
/// </param>
public sealed class PcapTap(PcapWriter writer, bool sentOnly = false) : IEndpointTap
{
    public void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message)
    {
        if (!sent && sentOnly)
            return;
        // What TLS carries is recorded in clear.
        if (transport == SipTransportKind.Udp)
            writer.Udp(source, destination, message);
        else
            writer.Tcp(source, destination, message);
    }

    public void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram) =>
        Datagram(source, destination, sent, datagram);

    public void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram) =>
        Datagram(source, destination, sent, datagram);

    private void Datagram(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
        if (sent || !sentOnly)
            writer.Udp(source, destination, datagram);
    }
}
