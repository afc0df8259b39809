namespace MediaEngine.Srtp;

/// <summary>One key of a sender's ring and how many packets it has protected.</summary>
internal sealed class SendKey : IDisposable
{
    public SendKey(SessionKeys session, ReadOnlySpan<byte> mki, SrtpKeyLifetime lifetime)
    {
        Session = session;
        Mki = mki.ToArray();
        Lifetime = lifetime;
    }

    public SessionKeys Session { get; }

    public byte[] Mki { get; }

    public SrtpKeyLifetime Lifetime { get; }

    public ulong RtpPackets { get; set; }

    public ulong RtcpPackets { get; set; }

    public void Dispose() => Session.Dispose();
}
