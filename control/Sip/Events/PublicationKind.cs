namespace MediaEngine.Sip;

/// <summary>What a PUBLISH asks for (RFC 3903 table 1).</summary>
public enum PublicationKind
{
    /// <summary>A body, no SIP-If-Match.</summary>
    Initial,

    /// <summary>SIP-If-Match, no body: the state lasts longer.</summary>
    Refresh,

    /// <summary>SIP-If-Match and a body.</summary>
    Modify,

    /// <summary>Expires 0.</summary>
    Remove,
}
