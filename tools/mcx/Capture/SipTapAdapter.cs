using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>
/// Hands a SIP stack's octets to an <see cref="IEndpointTap"/> with source and destination in the direction of travel.
/// Public so that a server's stack can be recorded into the same capture.
/// </summary>
public sealed class SipTapAdapter(IEndpointTap tap) : ISipTap
{
    public void Sent(SipFlow flow, ReadOnlySpan<byte> bytes) => tap.Sip(flow.Transport, flow.Local, flow.Remote, sent: true, bytes);

    public void Received(SipFlow flow, ReadOnlySpan<byte> bytes) => tap.Sip(flow.Transport, flow.Remote, flow.Local, sent: false, bytes);
}
