namespace MediaEngine.Keys;

/// <summary>What a receiver tolerates. The default is strict.</summary>
public sealed record MikeyOpenPolicy
{
    public static MikeyOpenPolicy Strict { get; } = new();

    /// <summary>T may lie in the key period before the current one: messages are delivered late (RFC 6509 3.3).</summary>
    public bool AcceptPreviousKeyPeriod { get; init; } = true;

    /// <summary>Key parameters in clear, as some group management servers send them.</summary>
    public bool AcceptParametersInClear { get; init; }

    /// <summary>A key type in the key parameters that contradicts the purpose tag, as a legacy format numbers them; the tag counts.</summary>
    public bool IgnoreKeyType { get; init; }

    /// <summary>Signatures that leave out type and length of SIGN, as some senders make them.</summary>
    public bool AcceptSignatureWithoutSignHeader { get; init; }
}
