using System.Net;

namespace MediaEngine.Sip;

/// <summary>Where a message goes: down <paramref name="Flow"/> while that is open, else to <paramref name="Remote"/>.</summary>
public sealed record SipDestination(SipTransportKind Transport, IPEndPoint Remote, SipFlow? Flow = null)
{
    /// <summary>Back down the flow something came from.</summary>
    public static SipDestination Of(SipFlow flow) => new(flow.Transport, flow.Remote, flow);
}
