using MediaEngine.Keys;

namespace MediaEngine.Tool;

/// <summary>What a <see cref="KeyFile"/> holds.</summary>
public sealed record KeptKeys
{
    public IReadOnlyList<KeptKey> Keys { get; init; } = [];

    /// <summary>GMK-IDs that must not come back.</summary>
    public IReadOnlyList<KeyIdentifier> Revoked { get; init; } = [];

    /// <summary>T of the newest message that was taken. After a restart nothing up to here is taken again.</summary>
    public NtpTimestamp LatestSent { get; init; }
}
