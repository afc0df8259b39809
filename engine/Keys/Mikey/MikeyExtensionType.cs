namespace MediaEngine.Keys;

/// <summary>Type of a general extension (RFC 3830 6.15, TS 33.180 E.5, E.6). Others are kept and ignored.</summary>
public enum MikeyExtensionType : byte
{
    VendorId = 0,
    SdpIds = 1,

    /// <summary>SAKKE-to-self: a SAKKE payload to the initiator.</summary>
    SakkeToSelf = 6,

    /// <summary>3GPP key parameters.</summary>
    KeyParameters = 7,
}
