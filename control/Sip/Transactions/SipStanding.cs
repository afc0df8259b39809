namespace MediaEngine.Sip;

/// <summary>Who a request is from, as far as its flow tells: under overload strangers are refused first, emergencies last.</summary>
public enum SipStanding
{
    /// <summary>Nobody authenticated on this flow yet.</summary>
    Stranger,

    /// <summary>Somebody did.</summary>
    Known,

    /// <summary>Known, and the request asks for MCPTT or emergency service priority (Resource-Priority, RFC 8101, RFC 7135).</summary>
    Priority,
}
