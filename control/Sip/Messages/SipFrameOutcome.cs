namespace MediaEngine.Sip;

/// <summary>What <see cref="SipFramer"/> found at the start of a stream's buffer.</summary>
public enum SipFrameOutcome
{
    /// <summary>Not yet a whole message.</summary>
    NeedMore,

    /// <summary>The first octets are one message.</summary>
    Message,

    /// <summary>CRLF CRLF: answer CRLF (RFC 5626 3.5.1).</summary>
    Ping,

    /// <summary>A lone CRLF between messages: the answer to a ping.</summary>
    Pong,

    /// <summary>Content-Length missing, repeated or malformed, or no SIP: close the connection.</summary>
    Broken,

    /// <summary>Over a limit: close the connection.</summary>
    TooLarge,
}
