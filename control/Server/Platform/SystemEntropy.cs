using System.Buffers.Binary;
using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Server;

/// <summary>The operating system's random generator. Small numbers, for tags and salts, are drawn ahead; keys never are.</summary>
public sealed class SystemEntropy : IEntropy
{
    private const int Ahead_bytes = 512;

    [ThreadStatic]
    private static byte[]? _ahead;

    // What is left of them.
    [ThreadStatic]
    private static int _ahead_bytes;

    public static SystemEntropy Instance { get; } = new();

    public void Fill(Span<byte> destination)
    {
        if (destination.Length > sizeof(ulong))
        {
            RandomNumberGenerator.Fill(destination);
            return;
        }
        // Asking for many at once costs as much as asking for one.
        byte[] ahead = _ahead ??= new byte[Ahead_bytes];
        if (_ahead_bytes < destination.Length)
        {
            RandomNumberGenerator.Fill(ahead);
            _ahead_bytes = ahead.Length;
        }
        _ahead_bytes -= destination.Length;
        Span<byte> taken = ahead.AsSpan(_ahead_bytes, destination.Length);
        taken.CopyTo(destination);
        taken.Clear();
    }

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
