using System.Buffers.Binary;
using System.Security.Cryptography;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>
/// The peer: the framework's AES-GCM with the same header copy, initialisation vector, AAD and tag; no SRTP state.
/// </summary>
internal sealed class AesGcmWork : IDisposable
{
    private readonly AesGcm _gcm;
    private readonly byte[] _salt = new byte[12];
    private readonly byte[] _plain;
    private readonly byte[] _buffer;
    private readonly byte[][] _ring;
    private uint _index;

    public AesGcmWork(SrtpProfile profile, int payload_bytes, int ring_packets)
    {
        _gcm = new AesGcm(new byte[profile.KeyLength_bytes()], 16);
        _plain = new byte[SrtpWork.Header_bytes + payload_bytes];
        _buffer = new byte[_plain.Length + 16];
        _ring = [.. Enumerable.Range(0, ring_packets).Select(_ => new byte[_buffer.Length])];
    }

    public int Protect()
    {
        Span<byte> nonce = stackalloc byte[12];
        Nonce(nonce, _index++);
        BinaryPrimitives.WriteUInt16BigEndian(_plain.AsSpan(2), (ushort)_index);
        _plain.CopyTo(_buffer, 0);
        Span<byte> payload = _buffer.AsSpan(SrtpWork.Header_bytes, _plain.Length - SrtpWork.Header_bytes);
        _gcm.Encrypt(
            nonce, payload, payload, _buffer.AsSpan(_plain.Length), _buffer.AsSpan(0, SrtpWork.Header_bytes));
        return _buffer.Length;
    }

    public void Refill()
    {
        _index = 0;
        foreach (byte[] packet in _ring)
        {
            Protect();
            _buffer.CopyTo(packet, 0);
        }
    }

    public int Unprotect(int i)
    {
        Span<byte> nonce = stackalloc byte[12];
        Nonce(nonce, (uint)i);
        byte[] packet = _ring[i];
        packet.AsSpan(0, SrtpWork.Header_bytes).CopyTo(_buffer);
        _gcm.Decrypt(
            nonce, packet.AsSpan(SrtpWork.Header_bytes, _plain.Length - SrtpWork.Header_bytes), packet.AsSpan(_plain.Length),
            _buffer.AsSpan(SrtpWork.Header_bytes, _plain.Length - SrtpWork.Header_bytes),
            packet.AsSpan(0, SrtpWork.Header_bytes));
        return _plain.Length;
    }

    public void Dispose() => _gcm.Dispose();

    private void Nonce(Span<byte> nonce, uint index)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[8..], index);
        for (int i = 0; i < nonce.Length; i++)
            nonce[i] ^= _salt[i];
    }
}
