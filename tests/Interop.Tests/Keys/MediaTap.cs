using System.Net;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using MediaEngine.Srtp;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>Keeps the group media and the SIP requests that an endpoint receives.</summary>
internal sealed class MediaTap : IEndpointTap
{
    private readonly List<byte[]> _media = [];
    private int _keyMessages;

    /// <summary>SRTP packets, in the order in which they came.</summary>
    public IReadOnlyList<byte[]> Received
    {
        get
        {
            lock (_media)
                return [.. _media];
        }
    }

    /// <summary>Messages with a MIKEY body.</summary>
    public int KeyMessages => _keyMessages;

    public static KeyIdentifier GmkIdOf(byte[] packet)
    {
        Assert.True(SrtpReceiver.TryReadMki(packet, GroupMasterKey.Mki_bytes, rocPresent: true, out ReadOnlySpan<byte> mki));
        return KeyIdentifier.Read(mki);
    }

    public static RtpHeader HeaderOf(byte[] packet)
    {
        Assert.True(RtpHeader.TryParse(packet, out RtpHeader header));
        return header;
    }

    public void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message)
    {
        if (!sent && message.StartsWith("MESSAGE "u8) && message.IndexOf("application/mikey"u8) >= 0)
            Interlocked.Increment(ref _keyMessages);
    }

    public void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
        if (sent)
            return;
        lock (_media)
            _media.Add(datagram.ToArray());
    }

    public void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
    }
}
