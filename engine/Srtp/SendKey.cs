using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MediaEngine.Srtp;

/// <summary>One key of a sender's ring and how many packets it has protected.</summary>
internal sealed class SendKey : IDisposable
{
    private const int Size_bytes = 128;

    private readonly SessionKeys _session;
    private MkiOctets _mki;
    private readonly int _mkiLength_bytes;

    public SendKey(SessionKeys session, ReadOnlySpan<byte> mki, SrtpKeyLifetime lifetime)
    {
        _session = session;
        mki.CopyTo(_mki);
        _mkiLength_bytes = mki.Length;
        Lifetime = lifetime;
    }

    public ref readonly SessionKeys Session => ref _session;

    public ReadOnlySpan<byte> Mki => ((ReadOnlySpan<byte>)_mki)[.._mkiLength_bytes];

    public SrtpKeyLifetime Lifetime { get; }

    public ulong RtpPackets { get; set; }

    public ulong RtcpPackets { get; set; }

    /// <summary>Group media has eight octets and everything else four, which are single stores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteMki(Span<byte> destination)
    {
        ReadOnlySpan<byte> mki = Mki;
        if (mki.Length == sizeof(ulong))
            MemoryMarshal.Write(destination, MemoryMarshal.Read<ulong>(mki));
        else if (mki.Length == sizeof(uint))
            MemoryMarshal.Write(destination, MemoryMarshal.Read<uint>(mki));
        else
            mki.CopyTo(destination);
    }

    /// <summary>Has the processor fetch what the next RTCP packet reads.</summary>
    public void PrefetchRtcp()
    {
        ObjectFetch.Fetch(this, Size_bytes);
        _session.PrefetchRtcp();
    }

    public void Dispose() => _session.Dispose();

    [InlineArray(SrtpProfileLengths.MaxMki_bytes)]
    private struct MkiOctets
    {
        private byte _first;
    }
}
