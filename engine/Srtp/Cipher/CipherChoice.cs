using System.Security.Cryptography;

namespace MediaEngine.Srtp;

/// <summary>
/// Which cipher this process uses: the processor's own instructions where they exist and agree with the framework in a
/// self-test at first use, else the framework. The AppContext switch forces the framework.
/// </summary>
internal static class CipherChoice
{
    public const string FrameworkSwitch = "MediaEngine.Srtp.FrameworkCipher";

    private const int LongestTest_bytes = 300;

    public static bool UsesProcessorInstructions { get; } =
        AesNiGcmCipher.IsSupported &&
        !(AppContext.TryGetSwitch(FrameworkSwitch, out bool framework) && framework) &&
        AgreesWithFramework(key_bytes: 16) && AgreesWithFramework(key_bytes: 32);

    private static bool AgreesWithFramework(int key_bytes)
    {
        byte[] pattern = new byte[LongestTest_bytes];
        for (int i = 0; i < pattern.Length; i++)
            pattern[i] = (byte)(i * 167 + key_bytes);
        Span<byte> expectedTag = stackalloc byte[PacketCipher.Tag_bytes];
        Span<byte> tag = stackalloc byte[PacketCipher.Tag_bytes];
        ReadOnlySpan<byte> nonce = pattern.AsSpan(32, PacketCipher.Nonce_bytes);
        using var framework = new FrameworkGcmCipher(pattern.AsSpan(0, key_bytes));
        using var ours = new AesNiGcmCipher(pattern.AsSpan(0, key_bytes));
        foreach (int length in (ReadOnlySpan<int>)[0, 1, 15, 16, 33, 48, 49, 127, 128, 129, 160, LongestTest_bytes])
        {
            byte[] expected = pattern[..length];
            byte[] text = pattern[..length];
            ReadOnlySpan<byte> associatedData = pattern.AsSpan(0, 8 + length % 33);
            framework.Seal(nonce, associatedData, expected, expectedTag);
            ours.Seal(nonce, associatedData, text, tag);
            if (!text.AsSpan().SequenceEqual(expected) || !CryptographicOperations.FixedTimeEquals(tag, expectedTag))
                return false;
            tag[length % PacketCipher.Tag_bytes] ^= 0x10;
            if (ours.Open(nonce, associatedData, expected, tag, text) ||
                !ours.Open(nonce, associatedData, expected, expectedTag, text) ||
                !text.AsSpan().SequenceEqual(pattern.AsSpan(0, length)))
                return false;
        }
        return true;
    }
}
