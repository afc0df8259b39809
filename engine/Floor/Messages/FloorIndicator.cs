namespace MediaEngine.Floor;

/// <summary>Bits A to I of the Floor Indicator field (TS 24.380 8.2.3.15).</summary>
[Flags]
public enum FloorIndicator : ushort
{
    None = 0,
    Normal = 0x8000,
    Broadcast = 0x4000,
    System = 0x2000,
    Emergency = 0x1000,
    ImminentPeril = 0x0800,
    QueueingSupported = 0x0400,
    DualFloor = 0x0200,
    TemporaryGroup = 0x0100,
    MultiTalker = 0x0080,
}
