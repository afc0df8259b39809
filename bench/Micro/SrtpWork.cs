using System.Buffers.Binary;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>One RTP stream protected and unprotected by our full path, packet after packet.</summary>
internal sealed class SrtpWork : IDisposable
{
    public const int Header_bytes = 12;

    private readonly SrtpSender _sender;
    private readonly SrtpReceiver _receiver;
    private readonly byte[] _plain;
    private readonly byte[] _buffer;
    private readonly byte[][] _ring;
    private readonly int _protectedLength;
    private readonly SrtpMasterKey _key;
    private uint _index;

    public SrtpWork(SrtpProfile profile, int payload_bytes, int ring_packets)
    {
        byte[] octets = [.. Enumerable.Range(1, 64).Select(i => (byte)(i * 37))];
        _key = new SrtpMasterKey(
            profile, octets.AsSpan(0, profile.KeyLength_bytes()), octets.AsSpan(40, 12), octets.AsSpan(52, 8));
        var policy = new SrtpPolicy(profile, RocTransmissionRate: 1);
        _sender = new SrtpSender(_key, policy);
        _receiver = new SrtpReceiver(policy, 8);
        if (!_receiver.TryAddKey(_key))
            throw new InvalidOperationException("The key was refused.");
        _plain = new byte[Header_bytes + payload_bytes];
        _plain[0] = 0x80;
        _buffer = new byte[_plain.Length + _sender.MaxOverhead_bytes];
        _protectedLength = _buffer.Length;
        _ring = [.. Enumerable.Range(0, ring_packets).Select(_ => new byte[_buffer.Length])];
    }

    /// <summary>Protects the next packet, header and payload copied in first, as a server does per receiver.</summary>
    public int Protect()
    {
        BinaryPrimitives.WriteUInt16BigEndian(_plain.AsSpan(2), (ushort)_index++);
        _plain.CopyTo(_buffer, 0);
        SrtpOutcome outcome = _sender.Protect(_buffer, _plain.Length, out int length);
        return outcome == SrtpOutcome.Ok ? length : throw new InvalidOperationException(outcome.ToString());
    }

    /// <summary>Fills the ring with fresh packets to unprotect.</summary>
    public void Refill()
    {
        foreach (byte[] packet in _ring)
        {
            Protect();
            _buffer.CopyTo(packet, 0);
        }
    }

    /// <summary>Unprotects a packet of the ring; each may be taken once.</summary>
    public int Unprotect(int i)
    {
        SrtpOutcome outcome = _receiver.Unprotect(_ring[i].AsSpan(0, _protectedLength), _buffer, out int length);
        return outcome == SrtpOutcome.Ok ? length : throw new InvalidOperationException(outcome.ToString());
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        _key.Dispose();
    }
}
