namespace MediaEngine.Keys;

/// <summary>Decrypts keys sent to one's own identity: SAKKE (RFC 6508) behind an interface. Must not throw.</summary>
public interface ISakkeDecapsulator
{
    /// <summary>Fills the key; false when there is no key for this UID or the data fail their check.</summary>
    bool TryDecapsulate(ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> encapsulatedData273, Span<byte> key16);
}
