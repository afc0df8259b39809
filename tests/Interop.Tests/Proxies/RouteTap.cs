using System.Net;
using System.Text;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>The requests of a client, and whether a proxy brought those that it received.</summary>
internal sealed class RouteTap(IPEndPoint proxy) : IEndpointTap
{
    private readonly Lock _lock = new();

    // What came or went over each flow: a segment of a stream may hold parts of several messages.
    private readonly Dictionary<(IPEndPoint Remote, bool Sent), StringBuilder> _flows = [];

    public IEnumerable<string> Sent => Requests(sent: true).Select(request => request.Method);

    public IReadOnlyList<(string Method, bool ByProxy)> Received => Requests(sent: false);

    public void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message)
    {
        (IPEndPoint, bool) flow = (sent ? destination : source, sent);
        lock (_lock)
        {
            if (!_flows.TryGetValue(flow, out StringBuilder? text))
                _flows[flow] = text = new StringBuilder();
            text.Append(Encoding.Latin1.GetString(message));
        }
    }

    public void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
    }

    public void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
    }

    // The topmost Via names who sent the request.
    private List<(string Method, bool ByProxy)> Requests(bool sent)
    {
        List<(string, bool)> requests = [];
        lock (_lock)
        {
            foreach (StringBuilder text in _flows.Where(flow => flow.Key.Sent == sent).Select(flow => flow.Value))
            {
                string? method = null;
                foreach (string line in text.ToString().Split("\r\n"))
                {
                    if (line.EndsWith(" SIP/2.0", StringComparison.Ordinal))
                        method = line.Split(' ')[0];
                    if (method is null || !line.StartsWith("Via: ", StringComparison.Ordinal))
                        continue;
                    requests.Add((method, line.Contains($" {proxy};", StringComparison.Ordinal)));
                    method = null;
                }
            }
        }
        return requests;
    }
}
