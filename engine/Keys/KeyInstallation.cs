namespace MediaEngine.Keys;

/// <summary>What a <see cref="McxKeyStore"/> says to a key.</summary>
public enum KeyInstallation
{
    Installed,

    /// <summary>The same key was held already; lifetime and groups are now those of the new copy.</summary>
    Renewed,

    /// <summary>Another key or RAND is held under this identifier.</summary>
    Clash,

    /// <summary>This identifier has been revoked.</summary>
    Revoked,

    /// <summary>No room.</summary>
    Full,
}
