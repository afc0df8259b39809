using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MediaEngine.Keys;

/// <summary>User Salt: 28 bits out of a GMK and an MC service user ID (TS 33.180 F.1.3).</summary>
internal static class UserSalt
{
    private const byte FunctionCode = 0x50;
    private const uint Mask = 0x0FFF_FFFF;

    /// <summary>GMK-ID to GUK-ID and back: both are the other XOR the salt, and the purpose tag stays.</summary>
    /// <exception cref="ArgumentException">An ID longer than 65535 octets.</exception>
    public static KeyIdentifier Apply(ReadOnlySpan<byte> gmk, string mcServiceUserId, KeyIdentifier id)
    {
        int idLength = Encoding.UTF8.GetByteCount(mcServiceUserId);
        if (idLength > ushort.MaxValue)
            throw new ArgumentException("An MC service user ID has at most 65535 octets.", nameof(mcServiceUserId));
        // S = FC || P0 || L0 (TS 33.220 B.2)
        byte[] input = new byte[1 + idLength + 2];
        input[0] = FunctionCode;
        Encoding.UTF8.GetBytes(mcServiceUserId, input.AsSpan(1));
        BinaryPrimitives.WriteUInt16BigEndian(input.AsSpan(1 + idLength), (ushort)idLength);
        Span<byte> output = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(gmk, input, output);
        return new KeyIdentifier(id.Value ^ BinaryPrimitives.ReadUInt32BigEndian(output[^4..]) & Mask);
    }
}
