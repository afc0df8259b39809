namespace MediaEngine.Floor;

/// <summary>One effect; which members mean something depends on <see cref="Kind"/>.</summary>
public record struct FloorEffect
{
    public FloorEffectKind Kind { get; init; }

    /// <summary>0 in the effects of a participant.</summary>
    public int Participant { readonly get; internal set; }

    /// <summary>The type of the message to send. Floor Idle and Floor Taken to everybody share one encoded message.</summary>
    public FloorMessageType MessageType { get; init; }

    /// <summary>Reject cause of Deny and Revoke.</summary>
    public ushort Cause { get; init; }

    /// <summary>See <see cref="FloorQueuePosition"/>.</summary>
    public byte QueuePosition { get; init; }

    /// <summary>How long media may be sent, 0 when not told.</summary>
    public ushort Duration_s { get; init; }

    /// <summary>The audio SSRC that belongs to the grant, 0 when not told.</summary>
    public uint AudioSsrc { get; init; }

    internal int MessageOffset { get; init; }

    internal int MessageLength { get; init; }
}
