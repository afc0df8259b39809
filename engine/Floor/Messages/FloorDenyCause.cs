namespace MediaEngine.Floor;

/// <summary>Reject causes of Floor Deny (TS 24.380 8.2.6.2).</summary>
public static class FloorDenyCause
{
    public const ushort AnotherClientHasPermission = 1;
    public const ushort InternalServerError = 2;
    public const ushort OnlyOneParticipant = 3;
    public const ushort RetryAfterTimerNotExpired = 4;
    public const ushort ReceiveOnly = 5;
    public const ushort NoResourcesAvailable = 6;
    public const ushort QueueFull = 7;
    public const ushort Other = 255;
}
