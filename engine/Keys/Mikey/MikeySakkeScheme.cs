namespace MediaEngine.Keys;

/// <summary>ID scheme of SAKKE (RFC 6509 4.2, TS 33.180 E.3.1).</summary>
public enum MikeySakkeScheme : byte
{
    TelUriMonthly = 1,

    /// <summary>3GPP MCX hashed UID (<see cref="UserIdentifier"/>).</summary>
    HashedUserIdentifier = 2,
}
