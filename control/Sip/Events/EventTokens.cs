using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>Tags and entity tags: 64 unpredictable bits.</summary>
internal static class EventTokens
{
    public static string NextToken(this IEntropy entropy)
    {
        Span<byte> octets = stackalloc byte[8];
        entropy.Fill(octets);
        return Convert.ToHexStringLower(octets);
    }
}
