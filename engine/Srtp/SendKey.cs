using System.Runtime.CompilerServices;

namespace MediaEngine.Srtp;

/// <summary>One key of a sender's ring and how many packets it has protected.</summary>
internal sealed class SendKey : IDisposable
{
    private readonly SessionKeys _session;
    private readonly MkiOctets _mki;

    public SendKey(SessionKeys session, ReadOnlySpan<byte> mki, SrtpKeyLifetime lifetime)
    {
        _session = session;
        _mki = new MkiOctets(mki);
        Lifetime = lifetime;
    }

    public ref readonly SessionKeys Session => ref _session;

    public ReadOnlySpan<byte> Mki => _mki.Value;

    public SrtpKeyLifetime Lifetime { get; }

    public ulong RtpPackets { get; set; }

    public ulong RtcpPackets { get; set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteMki(Span<byte> destination) => _mki.Write(destination);

    public void Dispose() => _session.Dispose();
}
