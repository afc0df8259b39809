using System.Net;

namespace MediaEngine.Sip;

/// <summary>A listener could not be opened.</summary>
public sealed class SipBindException : Exception
{
    public SipBindException()
    {
    }

    public SipBindException(string message)
        : base(message)
    {
    }

    public SipBindException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal SipBindException(SipTransportKind transport, IPEndPoint address, string reason, Exception cause)
        : base($"Cannot listen for SIP on {transport} {address}: {reason}. Choose a free port or an address of this machine in the " +
            "listen endpoints (port 0 takes any).", cause)
    {
    }
}
