using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>When a key may be used: senders from activation to expiry, receivers until expiry.</summary>
public readonly record struct SrtpKeyLifetime(Instant Activation, Instant Expiry)
{
    /// <summary>From now on and without end.</summary>
    public static SrtpKeyLifetime Unlimited { get; } = new(new Instant(long.MinValue), Instant.Never);
}
