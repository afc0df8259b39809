using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>A request to a client with several contacts or flows, and which of them were tried.</summary>
/// <param name="Client">Identifier of the registration.</param>
/// <param name="Request">Without the route, which differs from way to way.</param>
internal sealed record ClientAttempts(string Client, SipRequest Request)
{
    public List<RegisteredFlow> Tried { get; } = [];
}
