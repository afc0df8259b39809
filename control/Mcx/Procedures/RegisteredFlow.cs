using System.Net;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>A binding and what its REGISTER came over.</summary>
internal sealed class RegisteredFlow(RegisteredClient client, SipBinding binding, SipFlow? flow)
{
    public RegisteredClient Client { get; } = client;

    public SipBinding Binding { get; } = binding;

    /// <summary>Null for a connection that closed, and for what came from the store.</summary>
    public SipFlow? Flow { get; set; } = flow;

    /// <summary>Only its connection leads to it, and that is closed.</summary>
    public bool IsGone => Flow is null && Binding.Transport is not (SipTransportKind.Udp or SipTransportKind.Tcp);

    /// <summary>Where requests go: down the open connection if there is one, else to the address.</summary>
    public SipDestination Destination => new(Binding.Transport, IPEndPoint.Parse(Binding.Address), Flow);

    /// <summary>Others of the same connection; null at the ends.</summary>
    public RegisteredFlow? Before { get; set; }

    public RegisteredFlow? After { get; set; }
}
