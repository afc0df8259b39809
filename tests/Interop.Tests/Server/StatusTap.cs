using System.Net;
using System.Text;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>Collects the SIP status codes an endpoint was sent.</summary>
internal sealed class StatusTap : IEndpointTap
{
    private readonly List<int> _statuses = [];

    /// <summary>The codes since the last call.</summary>
    public int[] Take()
    {
        lock (_statuses)
        {
            int[] taken = [.. _statuses];
            _statuses.Clear();
            return taken;
        }
    }

    public void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message)
    {
        if (sent || !message.StartsWith("SIP/2.0 "u8))
            return;
        lock (_statuses)
            _statuses.Add(int.Parse(Encoding.ASCII.GetString(message.Slice(8, 3)), System.Globalization.CultureInfo.InvariantCulture));
    }

    public void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
    }

    public void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
    }
}
