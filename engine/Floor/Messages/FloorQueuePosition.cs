namespace MediaEngine.Floor;

/// <summary>Special values of the position octet of Queue Info (TS 24.380 8.2.3.5); 1 is the head of the queue.</summary>
public static class FloorQueuePosition
{
    public const byte Largest = 253;
    public const byte NotQueued = 254;
    public const byte NotDisclosed = 255;
}
