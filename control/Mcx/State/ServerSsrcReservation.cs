namespace MediaEngine.Mcx;

/// <summary>
/// The blocks of server SSRCs that may have been used under any CSK: 0 to <see cref="LastBlock"/>. A process takes SSRCs from
/// blocks that it reserved itself, so none comes again after a restart.
/// </summary>
public sealed record ServerSsrcReservation : DurableRecord
{
    /// <summary>There is one record of the kind.</summary>
    public const string OnlyId = "server-ssrcs";

    /// <summary>Drawn once: an SSRC is the mask XOR its number. Another mask would let numbers meet former SSRCs.</summary>
    public required uint Mask { get; init; }

    public required uint LastBlock { get; init; }
}
