using System.Net;

namespace MediaEngine.Sip;

/// <summary>The bound listeners, and what our Via says on each of them.</summary>
internal sealed class LocalAddresses(SipStackOptions options, IReadOnlyList<SipListen> bound)
{
    private readonly Dictionary<SipListen, string> _hosts = bound.ToDictionary(listen => listen, listen => SipAdvertisedHost.For(options, listen));
    private readonly string _host = SipAdvertisedHost.For(options, null);

    public IReadOnlyList<SipListen> Bound { get; } = bound;

    /// <summary>
    /// The listener that stands for us towards a destination: the one its flow came in by, else the first of its transport and
    /// address family.
    /// </summary>
    public SipListen? For(SipDestination destination)
    {
        SipListen? fitting = null;
        foreach (SipListen listen in Bound)
        {
            if (listen.Transport != destination.Transport)
                continue;
            if (destination.Flow is { } flow && IsOn(flow.Local, listen.EndPoint))
                return listen;
            if (fitting is null && listen.EndPoint.AddressFamily == destination.Remote.AddressFamily)
                fitting = listen;
        }
        return fitting;
    }

    /// <summary>The sent-by of our Via (RFC 3261 18.1.1).</summary>
    public SipSentBy SentBy(SipDestination destination) => For(destination) is { } listen
        ? new SipSentBy(_hosts[listen], listen.EndPoint.Port)
        : new SipSentBy(_host, destination.Transport.DefaultPort());

    private static bool IsOn(IPEndPoint local, IPEndPoint listener) => local.Port == listener.Port &&
        local.AddressFamily == listener.AddressFamily &&
        (local.Address.Equals(listener.Address) || listener.Address.Equals(IPAddress.Any) || listener.Address.Equals(IPAddress.IPv6Any));
}
