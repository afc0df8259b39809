namespace MediaEngine.Keys;

/// <summary>What a sender needs of one KMS. Immutable.</summary>
internal abstract class SakkeSender
{
    /// <summary>RFC 6508 6.2.1.</summary>
    public abstract void Encapsulate(ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> ssv16, Span<byte> encapsulated273);
}
