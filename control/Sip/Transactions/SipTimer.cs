namespace MediaEngine.Sip;

/// <summary>Timers of RFC 3261 table 4 and RFC 6026, and four of ours that the text describes without a letter.</summary>
public enum SipTimer
{
    /// <summary>INVITE request retransmission, UDP.</summary>
    A,

    /// <summary>INVITE client timeout.</summary>
    B,

    /// <summary>INVITE without final response.</summary>
    C,

    /// <summary>Wait for retransmitted final responses, UDP.</summary>
    D,

    /// <summary>Non-INVITE request retransmission, UDP.</summary>
    E,

    /// <summary>Non-INVITE client timeout.</summary>
    F,

    /// <summary>INVITE final response retransmission, UDP.</summary>
    G,

    /// <summary>Wait for the ACK.</summary>
    H,

    /// <summary>Absorb retransmitted ACKs, UDP.</summary>
    I,

    /// <summary>Absorb retransmitted responses, UDP.</summary>
    K,

    /// <summary>Accepted state of an INVITE server (RFC 6026).</summary>
    L,

    /// <summary>Accepted state of an INVITE client (RFC 6026).</summary>
    M,

    /// <summary>The automatic 100: 200 ms for INVITE, when Timer E reaches T2 for others (RFC 4320).</summary>
    Trying,

    /// <summary>2xx retransmission of the UAS core (RFC 3261 13.3.1.4).</summary>
    Success,

    /// <summary>A non-INVITE request nobody answered: its client has given up (RFC 4320 4.2).</summary>
    Abandon,
}
