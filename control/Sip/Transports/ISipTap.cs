namespace MediaEngine.Sip;

/// <summary>Sees every datagram and stream segment, for captures. Called from several threads; must not block or throw.</summary>
public interface ISipTap
{
    void Sent(SipFlow flow, ReadOnlySpan<byte> bytes);

    void Received(SipFlow flow, ReadOnlySpan<byte> bytes);
}
