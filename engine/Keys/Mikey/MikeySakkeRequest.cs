namespace MediaEngine.Keys;

/// <summary>An I_MESSAGE to be made (TS 33.180 E.1.2): who sends which key to whom.</summary>
public sealed record MikeySakkeRequest
{
    /// <summary>The key; its RAND goes along. All members of a group get the same GMK with the same RAND.</summary>
    public required McxKey Key { get; init; }

    /// <summary>Who signs: URI exactly as provisioned.</summary>
    public required string InitiatorUri { get; init; }

    public required KeyManagementServer InitiatorKms { get; init; }

    /// <summary>Who can open it: URI exactly as provisioned.</summary>
    public required string ResponderUri { get; init; }

    public required KeyManagementServer ResponderKms { get; init; }

    /// <summary>T, which also chooses the key period.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>UIDs instead of URIs (TS 33.180 E.7).</summary>
    public bool HideIdentities { get; init; }

    /// <summary>GENERIC-ID entries with the key's MKI as SPI; none makes an empty map.</summary>
    public IReadOnlyList<CryptoSession> CryptoSessions { get; init; } = [];

    /// <summary>SP, as policy 0; null leaves it to the default profile.</summary>
    public MikeySrtpPolicy? Policy { get; init; }

    /// <summary>Status, name and so on; null sends none. Key type, lifetime and groups are taken from the key.</summary>
    public KeyParameters? Parameters { get; init; }

    /// <summary>Some receivers want the key parameters in clear.</summary>
    public bool ParametersInClear { get; init; }

    /// <summary>Lets the initiator's other devices open the message too (TS 33.180 E.5).</summary>
    public bool SakkeToSelf { get; init; }
}
