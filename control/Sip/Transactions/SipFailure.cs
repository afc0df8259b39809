namespace MediaEngine.Sip;

/// <summary>Why a transaction ended without the message it waited for.</summary>
public enum SipFailure
{
    /// <summary>No final response in time (Timer B, C or F).</summary>
    Timeout,

    /// <summary>The request could not be sent.</summary>
    TransportError,

    /// <summary>No ACK for our 2xx within 64*T1 (RFC 3261 13.3.1.4): send BYE. The token is the INVITE's <see cref="SipTransactionId"/>.</summary>
    NoAck,

    /// <summary>The transaction table is full; nothing was sent.</summary>
    Overloaded,
}
