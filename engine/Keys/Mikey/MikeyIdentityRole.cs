namespace MediaEngine.Keys;

/// <summary>ID role of IDR (RFC 6043 6.6, RFC 6509 4.3, TS 33.180 E.7).</summary>
public enum MikeyIdentityRole : byte
{
    Initiator = 1,
    Responder = 2,
    KeyManagementServer = 3,
    PresharedKey = 4,
    Application = 5,
    InitiatorKms = 6,
    ResponderKms = 7,

    /// <summary>The initiator is hidden: the UID instead of the URI.</summary>
    InitiatorUserIdentifier = 8,

    /// <summary>The responder is hidden: the UID instead of the URI.</summary>
    ResponderUserIdentifier = 9,
}
