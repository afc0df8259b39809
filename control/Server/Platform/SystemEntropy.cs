using System.Buffers.Binary;
using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Server;

/// <summary>The operating system's random generator.</summary>
public sealed class SystemEntropy : IEntropy
{
    public static SystemEntropy Instance { get; } = new();

    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

    public uint NextUInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>16 lower-case hex digits: tags, Call-IDs.</summary>
    public string NextToken()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
