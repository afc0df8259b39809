namespace MediaEngine.Srtp;

/// <summary>
/// One set of session keys: seals and opens packets by SSRC and index. A packet is <c>header ‖ payload</c>, without its tail.
/// </summary>
internal abstract class SessionCipher : IDisposable
{
    public static SessionCipher Create(SrtpProfile profile) =>
        profile.IsAead() ? new AeadSessionCipher(profile.KeyLength_bytes()) : new CounterModeSessionCipher(profile.KeyLength_bytes());

    /// <summary>Takes new session keys. Allocates nothing after the first time.</summary>
    public abstract void SetKeys(KeyDerivation derivation, bool rtcp, ulong period);

    /// <summary>Encrypts in place and writes the tag.</summary>
    public abstract void SealRtp(uint ssrc, ulong index, Span<byte> packet, int header_bytes, Span<byte> tag);

    /// <summary>
    /// Decrypts into <paramref name="destination"/>, header included: as long as the packet, and the same memory or apart.
    /// When the tag is wrong: false, and the payload's place is zeroed.
    /// </summary>
    public abstract bool OpenRtp(
        uint ssrc, ulong index, ReadOnlySpan<byte> packet, int header_bytes, ReadOnlySpan<byte> tag, Span<byte> destination);

    /// <summary>As <see cref="SealRtp"/>; <paramref name="word"/> is <c>E ‖ index</c> with E = 1.</summary>
    public abstract void SealRtcp(uint ssrc, uint word, Span<byte> packet, Span<byte> tag);

    /// <summary>As <see cref="OpenRtp"/>; with E = 0 the packet is verified and the destination left alone.</summary>
    public abstract bool OpenRtcp(
        uint ssrc, uint word, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> destination);

    public abstract void Dispose();
}
