using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MediaEngine.Srtp;

/// <summary>
/// A session salt, ready to be mixed into the initialisation vector of RFC 7714 8.1 and 9.1: both are
/// <c>00 00 ‖ SSRC(4) ‖ 48-bit index</c> XOR salt, with the 31-bit SRTCP index in the low bits.
/// </summary>
internal readonly struct SessionSalt
{
    private readonly Vector128<byte> _salt;

    public SessionSalt(ReadOnlySpan<byte> salt12) => _salt = PacketCipher.Nonce(salt12);

    /// <summary>The 12 octets of the initialisation vector, then zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<byte> InitializationVector(uint ssrc, ulong index)
    {
        ulong head = (ulong)ssrc << 16 | index >> 32;
        return _salt ^ Vector128.Create(
            BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(head) : head,
            BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness((uint)index) : (ulong)(uint)index << 32).AsByte();
    }
}
