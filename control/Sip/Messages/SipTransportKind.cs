namespace MediaEngine.Sip;

public enum SipTransportKind
{
    Udp,
    Tcp,
}
