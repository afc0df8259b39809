namespace MediaEngine.Keys;

/// <summary>Where a key is in its life (TS 33.180 5.7.1, E.6).</summary>
public enum KeyStatus
{
    /// <summary>Held, but not yet for sending; what others send under it is accepted.</summary>
    Pending,

    Active,

    /// <summary>Its expiry time is over.</summary>
    Retired,

    /// <summary>Withdrawn by its issuer: neither for sending nor for receiving, and never again.</summary>
    Revoked,
}
