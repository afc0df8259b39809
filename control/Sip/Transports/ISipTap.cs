namespace MediaEngine.Sip;

/// <summary>Sees every datagram and stream segment, for captures. Called from several threads; must not block or throw.</summary>
public interface ISipTap
{
    /// <summary>Before it leaves, so that no answer comes first; what then cannot be sent is counted as an error.</summary>
    void Sent(SipFlow flow, ReadOnlySpan<byte> bytes);

    void Received(SipFlow flow, ReadOnlySpan<byte> bytes);
}
