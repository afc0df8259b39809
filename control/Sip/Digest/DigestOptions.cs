namespace MediaEngine.Sip;

/// <summary>Policy of a <see cref="DigestAuthentication"/>.</summary>
public sealed record DigestOptions
{
    /// <summary>Also offer MD5, after SHA-256.</summary>
    public bool AllowMd5 { get; init; }

    /// <summary>Proxy-Authenticate / Proxy-Authorization (407) instead of WWW-Authenticate / Authorization (401).</summary>
    public bool Proxy { get; init; }

    public TimeSpan NonceLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Nonces whose counts are remembered; older ones become stale early when there are more.</summary>
    public int MaxTrackedNonces { get; init; } = 131_072;
}
