using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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

    /// <summary>Group media has eight octets and everything else four, which are single stores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteMki(Span<byte> destination)
    {
        if (Mki.Length == sizeof(ulong))
            MemoryMarshal.Write(destination, MemoryMarshal.Read<ulong>(Mki));
        else if (Mki.Length == sizeof(uint))
            MemoryMarshal.Write(destination, MemoryMarshal.Read<uint>(Mki));
        else
            Mki.CopyTo(destination);
    }

    public void Dispose() => Session.Dispose();
}
