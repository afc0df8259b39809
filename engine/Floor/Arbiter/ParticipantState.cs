using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// One participant of the call and the state of the machine towards it (TS 24.380 6.3.5), with what the general machine tells
/// that machine: Idle, Taken, Granted, Revoke.
/// </summary>
internal sealed class ParticipantState(int number, FloorParticipantProfile profile, ParticipantTable table)
{
    public StoredField TrackInfo;
    public StoredField FunctionalAlias;
    public StoredField Location;

    public int Number { get; } = number;

    public FloorParticipantProfile Profile { get; } = profile;

    public byte[] McpttId { get; } = FloorText.Encode(profile.McpttId, nameof(profile.McpttId));

    public FloorServerParticipantState State { get; private set; } = FloorServerParticipantState.StartStop;

    /// <summary>Place in the participant table.</summary>
    public int Index { get; set; }

    /// <summary>The cause of the stored Floor Revoke, resent by T8.</summary>
    public ushort RevokeCause { get; private set; }

    /// <summary>How many times the stored Floor Revoke was sent.</summary>
    public int C8 { get; set; }

    public Instant T8 { get; private set; } = Instant.Never;

    /// <summary>When media last arrived without permission.</summary>
    public Instant LastForbiddenMedia { get; set; }

    /// <summary>Until when media without permission counts as in flight.</summary>
    public Instant MediaInFlightUntil { get; set; } = new(long.MinValue);

    public bool IsQueued { get; set; }

    public void FloorIsIdle()
    {
        if (State != FloorServerParticipantState.U_NotPermittedButSendsMedia)
            Enter(FloorServerParticipantState.U_NotPermittedAndFloorIdle);
    }

    public void FloorIsTaken()
    {
        if (State != FloorServerParticipantState.U_NotPermittedButSendsMedia)
            Enter(FloorServerParticipantState.U_NotPermittedAndFloorTaken);
    }

    public void Granted() => Enter(FloorServerParticipantState.U_Permitted);

    public void Revoked(ushort cause, Instant now, TimeSpan t8)
    {
        bool permitted = State == FloorServerParticipantState.U_Permitted;
        Enter(permitted ? FloorServerParticipantState.U_PendingFloorRevoke
            : FloorServerParticipantState.U_NotPermittedButSendsMedia);
        RevokeCause = cause;
        C8 = 1;
        StartT8(now, t8);
    }

    public void Release() => Enter(FloorServerParticipantState.Releasing);

    public void Stop() => Enter(FloorServerParticipantState.StartStop);

    /// <summary>Leaves a revoked state for the one that fits the floor.</summary>
    public void Enter(FloorServerParticipantState state)
    {
        StopT8();
        State = state;
    }

    public void StartT8(Instant now, TimeSpan duration)
    {
        if (T8.IsNever)
            table.RunningT8++;
        T8 = now + duration;
    }

    public void StopT8()
    {
        if (!T8.IsNever)
            table.RunningT8--;
        T8 = Instant.Never;
    }
}
