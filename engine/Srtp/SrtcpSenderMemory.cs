using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>A sender, and where its keys lie: so all that its next packet needs can be fetched before any of it is read.</summary>
public readonly struct SrtcpSenderMemory
{
    private const int SenderSize_bytes = 104;

    private readonly PacketCipher _cipher;
    private readonly PinnedMemory _keys;

    internal SrtcpSenderMemory(SrtcpSender sender, PacketCipher cipher)
    {
        Sender = sender;
        _cipher = cipher;
        _keys = cipher.ShortPacketKeys;
    }

    public SrtcpSender Sender { get; }

    /// <summary>Has the processor fetch it. Asked of many before the first sends, their memory comes at one time.</summary>
    public void Fetch()
    {
        ObjectFetch.Fetch(Sender, SenderSize_bytes);
        ObjectFetch.Fetch(_cipher, PacketCipher.Size_bytes);
        _keys.Fetch();
    }
}
