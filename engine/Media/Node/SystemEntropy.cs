using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>The operating system's random generator.</summary>
internal sealed class SystemEntropy : IEntropy
{
    public static SystemEntropy Instance { get; } = new();

    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
