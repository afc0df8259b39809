using MediaEngine.Keys;

namespace MediaEngine.Mcx;

/// <summary>
/// Work on keys that takes milliseconds of a processor, so the host does it on other threads. The answer comes back with the
/// ticket, in any order.
/// </summary>
public abstract record KeyEffect(long Ticket)
{
    /// <summary>
    /// The I_MESSAGE by which one user gets a key: of a group from the GMS, an MSCCK from the server. Answered by
    /// <see cref="McSystem.KeyMessageMade"/>.
    /// </summary>
    /// <param name="Ticket">Comes back with the answer.</param>
    /// <param name="Key">With lifetime and groups; a copy that is the host's to dispose.</param>
    /// <param name="McpttId">The user, exactly as in the organisation.</param>
    /// <param name="Time">Now.</param>
    public sealed record MakeKeyMessage(long Ticket, McxKey Key, string McpttId, DateTimeOffset Time) : KeyEffect(Ticket);

    /// <summary>Opens an I_MESSAGE with a CSK for the MDSI; answered by <see cref="McSystem.KeyUploadOpened"/>.</summary>
    /// <param name="Ticket">Comes back with the answer.</param>
    /// <param name="McpttId">Who must have made it, exactly as in the organisation.</param>
    /// <param name="Message">As it came.</param>
    /// <param name="Time">Now.</param>
    public sealed record OpenKeyUpload(long Ticket, string McpttId, ReadOnlyMemory<byte> Message, DateTimeOffset Time) : KeyEffect(Ticket);
}
