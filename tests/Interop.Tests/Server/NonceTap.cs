using System.Buffers.Binary;
using System.Net;
using MediaEngine.Keys;
using MediaEngine.Sip;
using MediaEngine.Srtp;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>What the server's floor control messages are encrypted with: CSK, SSRC and SRTCP index of each, as on the wire.</summary>
internal sealed class NonceTap : IEndpointTap
{
    private const int Index_bytes = 4;

    private readonly List<(uint Mki, uint Ssrc, uint Index)> _nonces = [];

    public (uint Mki, uint Ssrc, uint Index)[] Nonces
    {
        get
        {
            lock (_nonces)
                return [.. _nonces];
        }
    }

    public void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
        if (sent || !SrtpReceiver.TryReadRtcpMki(datagram, ClientServerKey.Mki_bytes, out ReadOnlySpan<byte> mki))
            return;
        uint index = BinaryPrimitives.ReadUInt32BigEndian(datagram[^(ClientServerKey.Mki_bytes + Index_bytes)..]);
        lock (_nonces)
            _nonces.Add((BinaryPrimitives.ReadUInt32BigEndian(mki), BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]), index));
    }

    public void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message)
    {
    }

    public void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
    }
}
