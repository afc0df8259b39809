using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Server;

/// <summary>The operating system's random generator.</summary>
public sealed class SystemEntropy : IEntropy
{
    public static SystemEntropy Instance { get; } = new();

    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
