using System.Buffers.Binary;

namespace MediaEngine.Srtp;

/// <summary>
/// A session salt, ready to be mixed into the initialisation vector of RFC 7714 8.1 and 9.1: both are
/// <c>00 00 ‖ SSRC(4) ‖ 48-bit index</c> XOR salt, with the 31-bit SRTCP index in the low bits.
/// </summary>
internal readonly struct SessionSalt
{
    private readonly uint _head;
    private readonly ulong _tail;

    public SessionSalt(ReadOnlySpan<byte> salt12)
    {
        _head = BinaryPrimitives.ReadUInt32BigEndian(salt12);
        _tail = BinaryPrimitives.ReadUInt64BigEndian(salt12[4..]);
    }

    public void WriteInitializationVector(Span<byte> destination12, uint ssrc, ulong index)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination12, ssrc >> 16 ^ _head);
        BinaryPrimitives.WriteUInt64BigEndian(destination12[4..], ((ulong)ssrc << 48 | index) ^ _tail);
    }
}
