using System.Security.Cryptography;

namespace MediaEngine.Srtp;

/// <summary>
/// Known answers (test cases 4 and 16 of "The Galois/Counter Mode of Operation", McGrew and Viega), then agreement with
/// the framework at the lengths where a kernel's code parts. Takes less than a millisecond once compiled.
/// </summary>
internal static class CipherSelfTest
{
    private const int Longest_bytes = 1300;

    public static bool Passes(Candidate.Factory create)
    {
        try
        {
            return KnowsAnswers(create) && AgreesWithFramework(create, key_bytes: 16) && AgreesWithFramework(create, 32);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a kernel throws here, it would throw on a packet.
            return false;
        }
    }

    private static bool KnowsAnswers(Candidate.Factory create)
    {
        ReadOnlySpan<byte> key = Convert.FromHexString("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        return Knows(create, key[..16], "5bc94fbc3221a5db94fae95ae7121a47") &&
            Knows(create, key, "76fc6ece0f4e1768cddf8853bb2d551b");
    }

    private static bool Knows(Candidate.Factory create, ReadOnlySpan<byte> key, string expectedTag)
    {
        byte[] text = Convert.FromHexString(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
        byte[] tag = new byte[PacketCipher.Tag_bytes];
        using PacketCipher cipher = create(key);
        cipher.Seal(
            Convert.FromHexString("cafebabefacedbaddecaf888"),
            Convert.FromHexString("feedfacedeadbeeffeedfacedeadbeefabaddad2"), text, tag);
        return tag.AsSpan().SequenceEqual(Convert.FromHexString(expectedTag));
    }

    private static bool AgreesWithFramework(Candidate.Factory create, int key_bytes)
    {
        byte[] pattern = new byte[Longest_bytes];
        for (int i = 0; i < pattern.Length; i++)
            pattern[i] = (byte)(i * 167 + i / 256 + key_bytes);
        byte[] expectedTag = new byte[PacketCipher.Tag_bytes];
        byte[] tag = new byte[PacketCipher.Tag_bytes];
        ReadOnlySpan<byte> nonce = pattern.AsSpan(32, PacketCipher.Nonce_bytes);
        using var framework = new FrameworkGcmCipher(pattern.AsSpan(0, key_bytes));
        using PacketCipher ours = create(pattern.AsSpan(0, key_bytes));
        foreach (int length in (ReadOnlySpan<int>)
            [
                0, 1, 15, 16, 20, 33, 43, 48, 49, 112, 113, 127, 128, 129, 160, 176, 177, 182, 240, 255, 256, 320, 352, 353, 368, 384,
                1200, Longest_bytes,
            ])
        {
            byte[] expected = pattern[..length];
            byte[] text = pattern[..length];
            ReadOnlySpan<byte> associatedData = pattern.AsSpan(0, length % 2 == 0 ? 12 : 8 + length % 33);
            framework.Seal(nonce, associatedData, expected, expectedTag);
            ours.Seal(nonce, associatedData, text, tag);
            if (!text.AsSpan().SequenceEqual(expected) || !CryptographicOperations.FixedTimeEquals(tag, expectedTag))
                return false;
            tag[length % PacketCipher.Tag_bytes] ^= 0x10;
            if (ours.Open(nonce, associatedData, expected, tag, text) || text.AsSpan().ContainsAnyExcept((byte)0) ||
                !ours.Open(nonce, associatedData, expected, expectedTag, text) ||
                !text.AsSpan().SequenceEqual(pattern.AsSpan(0, length)))
                return false;
        }
        return true;
    }
}
