using MediaEngine.Keys;

namespace MediaEngine.Tool;

/// <summary>What became of a key message.</summary>
/// <param name="Error">None when it was taken.</param>
/// <param name="Id">The GMK-ID once it is authentic; else default.</param>
public sealed record KeyDelivery(MikeyError Error, KeyIdentifier Id)
{
    /// <summary>The key; null when the message was refused or revoked one. The ring's to dispose.</summary>
    public McxKey? Key { get; init; }

    /// <summary>It was held already, and has the lifetime and groups of the message now.</summary>
    public bool Renewed { get; init; }

    /// <summary>The message revoked the key.</summary>
    public bool Revoked { get; init; }
}
