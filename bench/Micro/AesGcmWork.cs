using System.Security.Cryptography;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>The framework's AES-GCM with the same initialisation vector, header and tag; no SRTP state.</summary>
internal sealed class AesGcmWork : IPacketWork, IDisposable
{
    private readonly AesGcm _gcm;
    private readonly PacketRing _ring;

    public AesGcmWork(SrtpProfile profile, int payload_bytes, int packets)
    {
        _gcm = new AesGcm(new byte[profile.KeyLength_bytes()], 16);
        _ring = new PacketRing(payload_bytes, packets);
    }

    public void Prepare() => _ring.Prepare();

    public void Protect(int i)
    {
        Span<byte> packet = _ring[i];
        Span<byte> payload = packet[PacketRing.Header_bytes.._ring.Plain_bytes];
        Span<byte> nonce = stackalloc byte[12];
        Nonce(nonce, packet);
        _gcm.Encrypt(nonce, payload, payload, packet.Slice(_ring.Plain_bytes, 16), packet[..PacketRing.Header_bytes]);
    }

    public void Unprotect(int i)
    {
        Span<byte> packet = _ring[i];
        Span<byte> payload = packet[PacketRing.Header_bytes.._ring.Plain_bytes];
        Span<byte> nonce = stackalloc byte[12];
        Nonce(nonce, packet);
        _gcm.Decrypt(nonce, payload, packet.Slice(_ring.Plain_bytes, 16), payload, packet[..PacketRing.Header_bytes]);
    }

    public void Dispose() => _gcm.Dispose();

    private static void Nonce(Span<byte> nonce, ReadOnlySpan<byte> header)
    {
        nonce.Clear();
        header.Slice(8, 4).CopyTo(nonce[2..]);
        header.Slice(2, 2).CopyTo(nonce[10..]);
    }
}
