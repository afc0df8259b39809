namespace MediaEngine.Keys;

/// <summary>Signs as one identity: ECCSI (RFC 6507) behind an interface.</summary>
public interface IMikeySigner
{
    /// <summary>Fills the signature (129 octets: r, s, PVT); false when there is no key for this UID.</summary>
    bool TrySign(ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> message, Span<byte> signature129);
}
