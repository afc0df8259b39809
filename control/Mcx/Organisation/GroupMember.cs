namespace MediaEngine.Mcx;

/// <summary>One entry of a group document (TS 24.481 7.2.2).</summary>
public sealed record GroupMember
{
    public required string McpttId { get; init; }

    /// <summary><c>user-priority</c>, 0 (lowest) to 255.</summary>
    public byte UserPriority { get; init; } = 5;

    /// <summary><c>on-network-recvonly</c>: may listen, never gets the floor.</summary>
    public bool ReceiveOnly { get; init; }

    /// <summary>May take the floor from a talker with Floor Revoke Request (TS 24.380 6.3.5.4.15).</summary>
    public bool MayRevoke { get; init; }

    /// <summary>May take requests of others out of the floor queue (TS 24.380 6.3.4.4.13).</summary>
    public bool MayCancelQueued { get; init; }
}
