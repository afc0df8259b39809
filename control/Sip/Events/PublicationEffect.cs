using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>What of published state is to be kept or forgotten, durably before the response leaves.</summary>
public abstract record PublicationEffect(EventState State)
{
    public sealed record Save(EventState State, Instant ExpiresAt) : PublicationEffect(State);

    /// <param name="Expired">Nobody asked for it: it was not refreshed in time.</param>
    public sealed record Forget(EventState State, bool Expired) : PublicationEffect(State);
}
