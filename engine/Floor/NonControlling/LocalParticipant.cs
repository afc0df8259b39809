using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>One participant of a non-controlling function.</summary>
internal sealed class LocalParticipant(int number, uint reference, FloorParticipantProfile profile, byte[] identity)
{
    public int Number { get; } = number;

    /// <summary>The temporary identifier that stands for the participant in Track Info (TS 24.380 6.5.2.2).</summary>
    public uint Reference { get; } = reference;

    public FloorParticipantProfile Profile { get; } = profile;

    /// <summary>As the controlling function knows it: the MCPTT ID, or anonymous.</summary>
    public byte[] Identity { get; } = identity;

    public NonControllingParticipantState State { get; set; } = NonControllingParticipantState.P_HasNoPermission;

    /// <summary>A request went up and nothing ended it yet.</summary>
    public bool Requested { get; set; }

    public Instant LastRevoke { get; set; } = new(long.MinValue);

    public Instant MediaInFlightUntil { get; set; } = new(long.MinValue);

    public void LosePermission(Instant now, TimeSpan inFlight)
    {
        if (State != NonControllingParticipantState.P_HasPermission)
            return;
        State = NonControllingParticipantState.P_HasNoPermission;
        MediaInFlightUntil = now + inFlight;
    }
}
