using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MediaEngine.Tool;

/// <summary>
/// SRTP master key and salt from an MCX key, for key files that other programs read (RFC 3830 4.1.2-4.1.3 with
/// PRF-HMAC-SHA-256, RFC 6043 6.1; TS 33.180 7.4). The engine's own keys never leave it, so this derives them again.
/// </summary>
internal static class MikeyDerivation
{
    public const int MasterKey_bytes = 16;
    public const int MasterSalt_bytes = 12;

    /// <summary>CS ID of an MCPTT group call and of SRTCP under a CSK (TS 33.180 table E.1.3-1).</summary>
    public const byte McpttGroupCall = 4;
    public const byte McpttClientServer = 6;

    private const uint TrafficEncryptingKey = 0x2AD01C64;
    private const uint SaltingKey = 0x39A2C14B;

    public static (byte[] MasterKey, byte[] MasterSalt) Derive(
        ReadOnlySpan<byte> key16, byte cryptoSessionId, uint cryptoSessionBundleId, ReadOnlySpan<byte> rand)
    {
        var label = new byte[9 + rand.Length];
        label[4] = cryptoSessionId;
        BinaryPrimitives.WriteUInt32BigEndian(label.AsSpan(5), cryptoSessionBundleId);
        rand.CopyTo(label.AsSpan(9));
        return (Run(key16, TrafficEncryptingKey, label, MasterKey_bytes), Run(key16, SaltingKey, label, MasterSalt_bytes));
    }

    // Both outputs fit one block of SHA-256 and both keys one block of input, so the PRF is a single chain of two HMACs.
    private static byte[] Run(ReadOnlySpan<byte> key16, uint constant, byte[] label, int length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(label, constant);
        byte[] a1 = HMACSHA256.HashData(key16, label);
        return HMACSHA256.HashData(key16, [.. a1, .. label])[..length];
    }
}
