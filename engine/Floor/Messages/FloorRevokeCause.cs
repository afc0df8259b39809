namespace MediaEngine.Floor;

/// <summary>Reject causes of Floor Revoke (TS 24.380 8.2.10.2).</summary>
public static class FloorRevokeCause
{
    public const ushort OnlyOneClient = 1;
    public const ushort MediaBurstTooLong = 2;
    public const ushort NoPermissionToSendMedia = 3;
    public const ushort MediaBurstPreempted = 4;
    public const ushort NoResourcesAvailable = 6;
    public const ushort RevokedByAnotherClient = 7;
    public const ushort Other = 255;
}
