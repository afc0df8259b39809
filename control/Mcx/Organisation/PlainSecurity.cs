namespace MediaEngine.Mcx;

/// <summary>Whether the media of a plain SIP endpoint is SRTP under keys of its SDP (RFC 4568).</summary>
public enum PlainSecurity
{
    /// <summary>SRTP when the endpoint offers or takes it, else RTP in clear.</summary>
    Preferred,

    /// <summary>Without SRTP there is no call.</summary>
    Required,

    /// <summary>RTP in clear.</summary>
    None,
}
