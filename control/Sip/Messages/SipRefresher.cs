namespace MediaEngine.Sip;

/// <summary>Who refreshes a session (RFC 4028 4).</summary>
public enum SipRefresher
{
    /// <summary>Not said.</summary>
    None,
    Uac,
    Uas,
}
