namespace MediaEngine.Floor;

/// <summary>Who sent a Floor Ack (TS 24.380 8.2.3.12).</summary>
public enum FloorSource : ushort
{
    FloorParticipant = 0,
    ParticipatingFunction = 1,
    ControllingFunction = 2,
    NonControllingFunction = 3,
}
