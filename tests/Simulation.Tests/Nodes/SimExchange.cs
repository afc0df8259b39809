using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Simulation.Tests;

/// <summary>A request a client sent: the token of its transaction.</summary>
internal sealed class SimExchange(SipRequest request, Action<int> done, SimCall? call, bool authorised, Instant sentAt)
{
    public SipRequest Request { get; } = request;

    public Action<int> Done { get; } = done;

    /// <summary>The call an INVITE asks for.</summary>
    public SimCall? Call { get; } = call;

    public bool Authorised { get; } = authorised;

    public Instant SentAt { get; } = sentAt;
}
