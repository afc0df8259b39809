using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace MediaEngine.Sip;

/// <summary>
/// Where a message goes: down <paramref name="Flow"/> while that is open, else to <paramref name="Remote"/> where the transport
/// lets us open a connection: over TCP, and over TLS when we know whom to expect there.
/// </summary>
/// <param name="ServerName">TLS: the domain or address the peer's certificate must speak for (RFC 5922 7.2).</param>
public sealed record SipDestination(SipTransportKind Transport, IPEndPoint Remote, SipFlow? Flow = null, string? ServerName = null)
{
    /// <summary>Back down the flow something came from.</summary>
    public static SipDestination Of(SipFlow flow) => new(flow.Transport, flow.Remote, flow);

    /// <summary>
    /// Back down the flow or, over TCP when that is closed, to the port where the next hop listens. Never to another address than the
    /// flow's: whoever named the hop proved no other.
    /// </summary>
    public static SipDestination Behind(SipFlow flow, SipUri? nextHop) =>
        flow.Transport == SipTransportKind.Tcp && nextHop is { IsSip: true, Port: var port }
            ? new SipDestination(flow.Transport, new IPEndPoint(flow.Remote.Address, port == 0 ? flow.Transport.DefaultPort() : port), flow)
            : Of(flow);

    /// <summary>
    /// The destination a URI names by itself (RFC 3263 4 for numeric hosts): <c>sips</c> is TLS, else the transport parameter
    /// decides, else UDP. False for host names, for transports we do not know, and for WebSocket, which only a flow leads to.
    /// </summary>
    public static bool TryFor(SipUri uri, [NotNullWhen(true)] out SipDestination? destination)
    {
        ArgumentNullException.ThrowIfNull(uri);
        destination = null;
        if (!uri.IsSip || !IPAddress.TryParse(uri.Host.AsSpan().Trim("[]"), out IPAddress? address) || address.IsIPv6LinkLocal)
            return false;
        string? named = uri.Parameters["transport"];
        bool secure = uri.Scheme == "sips";
        SipTransportKind? transport = named switch
        {
            null => secure ? SipTransportKind.Tls : SipTransportKind.Udp,
            _ when Is("tls") || (secure && Is("tcp")) => SipTransportKind.Tls,
            _ when Is("tcp") => SipTransportKind.Tcp,
            _ when Is("udp") && !secure => SipTransportKind.Udp,
            _ => null,
        };
        if (transport is not { } kind)
            return false;
        var remote = new IPEndPoint(address, uri.Port == 0 ? kind.DefaultPort() : uri.Port);
        destination = new SipDestination(kind, remote, ServerName: kind == SipTransportKind.Tls ? address.ToString() : null);
        return true;

        bool Is(string name) => name.Equals(named, StringComparison.OrdinalIgnoreCase);
    }
}
