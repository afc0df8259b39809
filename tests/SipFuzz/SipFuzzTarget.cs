using MediaEngine.Sip;

namespace MediaEngine.SipFuzz;

/// <summary>What a fuzzer puts octets through.</summary>
public static class SipFuzzTarget
{
    /// <summary>Everything that reads octets from a wire, once.</summary>
    public static void Read(byte[] octets)
    {
        ArgumentNullException.ThrowIfNull(octets);
        SipFramer.TryFrame(octets, SipLimits.Default, out _);
        SipParser.TryParse(octets, SipLimits.Default, out SipMessage? message);
        if (message is not null)
            SipInvariants.CheckReaders(message);
        message?.ToBytes();
    }

    /// <summary>Parser, framer and writer with what must hold of them, then the transaction layer. Throws when something does not hold.</summary>
    public static void Run(byte[] octets)
    {
        ArgumentNullException.ThrowIfNull(octets);
        // A function of the octets: a fuzzer takes a run that differs from the one before for something new.
        SipInvariants.Check(octets, SipLimits.Default, new Random(octets.Length));
        SipConversation.Run(octets);
    }
}
