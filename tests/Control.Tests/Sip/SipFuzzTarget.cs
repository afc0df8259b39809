using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>Everything that reads octets from a wire, once.</summary>
public static class SipFuzzTarget
{
    public static void Run(byte[] octets)
    {
        ArgumentNullException.ThrowIfNull(octets);
        SipFramer.TryFrame(octets, SipLimits.Default, out _);
        SipParser.TryParse(octets, SipLimits.Default, out SipMessage? message);
        if (message is not null)
            SipInvariants.CheckReaders(message);
        message?.ToBytes();
    }
}
