using MediaEngine.Srtp;

namespace MediaEngine.Keys;

/// <summary>What an authentic message delivered. Owns the key until it is taken.</summary>
public sealed class OpenedMikeyMessage : IDisposable
{
    private bool _taken;

    internal OpenedMikeyMessage(McxKey key) => Key = key;

    public McxKey Key { get; }

    /// <summary>CSB ID: for a GMK the receiver's GUK-ID, under which he sends; else the key's identifier.</summary>
    public required KeyIdentifier BundleId { get; init; }

    /// <summary>How streams under the key are protected.</summary>
    public required SrtpPolicy Policy { get; init; }

    /// <summary>Null when the message has none.</summary>
    public required KeyParameters? Parameters { get; init; }

    /// <summary>URI of the sender; null when he is hidden and was not expected.</summary>
    public required string? InitiatorUri { get; init; }

    /// <summary>T.</summary>
    public required NtpTimestamp Time { get; init; }

    /// <summary>V was set: the sender waits for a verification message.</summary>
    public required bool VerificationRequested { get; init; }

    /// <summary>The key, now the caller's to dispose.</summary>
    public McxKey TakeKey()
    {
        _taken = true;
        return Key;
    }

    public void Dispose()
    {
        if (!_taken)
            Key.Dispose();
    }
}
