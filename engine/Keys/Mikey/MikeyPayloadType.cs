namespace MediaEngine.Keys;

/// <summary>Next payload values (RFC 3830 6.1, RFC 6043 6.1, RFC 6509 4.1); those without a layout here are named in <see cref="MikeyError.UnsupportedPayload"/>.</summary>
public enum MikeyPayloadType : byte
{
    Last = 0,

    /// <summary>KEMAC: encrypted keys and MAC.</summary>
    KeyDataTransport = 1,

    /// <summary>SIGN: always the last.</summary>
    Signature = 4,

    /// <summary>T: always the first.</summary>
    Timestamp = 5,

    /// <summary>ID: identity without a role.</summary>
    Identity = 6,

    /// <summary>V.</summary>
    Verification = 9,

    /// <summary>SP.</summary>
    SecurityPolicy = 10,

    /// <summary>RAND.</summary>
    Rand = 11,

    /// <summary>ERR.</summary>
    Error = 12,

    /// <summary>IDR: identity with a role.</summary>
    IdentityWithRole = 14,

    /// <summary>Key data: inside a KEMAC only.</summary>
    KeyData = 20,

    GeneralExtension = 21,
    Sakke = 26,
}
