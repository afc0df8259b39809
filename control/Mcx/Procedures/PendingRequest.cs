using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>A request the MC system sent and what it does with the answer.</summary>
internal abstract class PendingRequest
{
    /// <summary>Set when its client can be reached in more than one way.</summary>
    public ClientAttempts? Attempts { get; set; }

    /// <summary>False when nothing would come of trying another way.</summary>
    public virtual bool IsWanted => true;

    /// <summary>Where it went, each time.</summary>
    public virtual void SentTo(SipDestination destination)
    {
    }

    /// <summary>Called for every response; the request stays pending until a final one.</summary>
    public abstract void Receive(SipResponse response, Instant now, McxEffects effects);

    /// <summary>No final response: time-out, or the client could not be reached.</summary>
    public abstract void Fail(string reason, Instant now, McxEffects effects);
}
