using System.Collections.Concurrent;
using System.Net;
using System.Text;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>The requests of a client, and whether a proxy brought those that it received.</summary>
internal sealed class RouteTap(IPEndPoint proxy) : IEndpointTap
{
    private readonly ConcurrentQueue<string> _sent = [];
    private readonly ConcurrentQueue<(string Method, bool ByProxy)> _received = [];

    /// <summary>Methods, oldest first.</summary>
    public IEnumerable<string> Sent => _sent;

    public IEnumerable<(string Method, bool ByProxy)> Received => _received;

    public void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message)
    {
        string[] lines = Encoding.UTF8.GetString(message).Split("\r\n");
        if (!lines[0].EndsWith(" SIP/2.0", StringComparison.Ordinal))
            return;
        string method = lines[0].Split(' ')[0];
        if (sent)
            _sent.Enqueue(method);
        else
            _received.Enqueue((method, lines.First(line => line.StartsWith("Via:", StringComparison.Ordinal)).Contains($" {proxy};", StringComparison.Ordinal)));
    }

    public void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
    }

    public void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
    }
}
