namespace MediaEngine.Keys;

/// <summary>Why a MIKEY message was refused; <see cref="None"/> when it was not. Nothing is kept of a refused message.</summary>
public enum MikeyError
{
    None = 0,

    /// <summary>Ends before a length or a fixed field does.</summary>
    Truncated,

    /// <summary>Longer than <see cref="MikeyMessage.MaxLength_bytes"/>.</summary>
    Oversized,

    /// <summary>Version other than 1.</summary>
    WrongVersion,

    UnknownDataType,

    /// <summary>A payload number without a meaning: payloads have no common length field, so it cannot be skipped.</summary>
    UnknownPayload,

    /// <summary>A payload of methods that MCX does not use: PKE, DH, CERT, CHASH, RANDR, ticket payloads.</summary>
    UnsupportedPayload,

    /// <summary>T, RAND, SAKKE, KEMAC, V or ERR twice, an IDR role twice, a policy number twice, a third ID.</summary>
    DuplicatedPayload,

    /// <summary>T is not the first payload, or key data stands outside a KEMAC.</summary>
    MisplacedPayload,

    /// <summary>A payload that this message must have is not there.</summary>
    MissingPayload,

    /// <summary>More than <see cref="MikeyMessage.MaxPayloads"/>.</summary>
    TooManyPayloads,

    /// <summary>A length that contradicts the one around it.</summary>
    BadLength,

    /// <summary>A timestamp type, map type or MAC algorithm without a known length.</summary>
    UnsupportedValue,

    /// <summary>Octets after the last payload.</summary>
    TrailingOctets,

    /// <summary>Well formed, but of another data type than expected.</summary>
    WrongDataType,

    /// <summary>PRF func other than PRF-HMAC-SHA-256.</summary>
    WrongPseudoRandomFunction,

    /// <summary>TS type other than NTP-UTC.</summary>
    WrongTimestampType,

    /// <summary>RAND of fewer than 16 octets.</summary>
    ShortRand,

    /// <summary>Purpose tag of the CSB ID, or key type of the key parameters, of another key than expected.</summary>
    WrongPurpose,

    /// <summary>A KMS that is not among the trusted ones.</summary>
    UnknownKms,

    /// <summary>T lies in a key period that is over.</summary>
    KeyPeriodExpired,

    /// <summary>T lies in a key period that has not begun.</summary>
    KeyPeriodNotYetValid,

    /// <summary>T is older than the permitted window.</summary>
    StaleTimestamp,

    /// <summary>T is further in the future than clocks may differ.</summary>
    FutureTimestamp,

    /// <summary>The same message was taken before.</summary>
    Replayed,

    /// <summary>The replay cache has no room, so freshness cannot be told (RFC 3830 5.4).</summary>
    ReplayCacheFull,

    /// <summary>For somebody else.</summary>
    WrongRecipient,

    /// <summary>From somebody else than expected.</summary>
    WrongInitiator,

    /// <summary>Signature type, length, parameter set or algorithm that MCX does not use.</summary>
    UnsupportedAlgorithm,

    BadSignature,

    /// <summary>No key for this UID, or the encapsulated key fails its check.</summary>
    DecapsulationFailed,

    /// <summary>The MAC of a pre-shared key message.</summary>
    BadMac,

    /// <summary>No key with the identifier that the message names as its pre-shared key, or it must not be used.</summary>
    UnknownPresharedKey,

    /// <summary>Key parameters that are malformed or not authentic.</summary>
    BadKeyParameters,

    /// <summary>Key parameters in clear, which policy does not permit.</summary>
    KeyParametersInClear,

    /// <summary>The key's identifier, its CSB ID and the SPI of its crypto sessions do not agree.</summary>
    KeyIdentifierMismatch,

    /// <summary>Another key is already held under this identifier.</summary>
    KeyIdentifierClash,

    /// <summary>The sender revokes this key, or it has been revoked before.</summary>
    KeyRevoked,

    /// <summary>The key's expiry time is over.</summary>
    KeyExpired,

    /// <summary>A security policy that cannot be carried out, or a parameter with a bad length.</summary>
    UnsupportedPolicy,
}
