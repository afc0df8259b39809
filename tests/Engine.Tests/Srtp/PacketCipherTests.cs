using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class PacketCipherTests
{
    public enum Kind
    {
        Framework,
        ProcessorInstructions,
    }

    [Theory]
    [InlineData(Kind.Framework)]
    [InlineData(Kind.ProcessorInstructions)]
    public void OneFlippedBitAnywhereIsRefusedAndThePlaintextWiped(Kind kind)
    {
        if (!IsHere(kind))
            RequireInstructions();
        Prop.ForAll<byte[], int>((text, where) =>
        {
            using PacketCipher cipher = Create(kind, new byte[16]);
            byte[] nonce = new byte[12];
            byte[] associatedData = new byte[12];
            byte[] tag = new byte[16];
            byte[] sealedText = [.. text];
            cipher.Seal(nonce, associatedData, sealedText, tag);
            byte[][] parts = [nonce, associatedData, sealedText, tag];
            int bit = (int)((uint)where % (uint)(8 * parts.Sum(part => part.Length)));
            foreach (byte[] part in parts)
            {
                if (bit < 8 * part.Length)
                {
                    part[bit / 8] ^= (byte)(1 << bit % 8);
                    break;
                }
                bit -= 8 * part.Length;
            }
            byte[] opened = [.. Enumerable.Repeat((byte)0xEE, text.Length)];
            return !cipher.Open(nonce, associatedData, sealedText, tag, opened) && opened.All(octet => octet == 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(300));
    }

    /// <summary>Test cases 2, 4, 16 of "The Galois/Counter Mode of Operation" (McGrew, Viega), Appendix B.</summary>
    [Theory]
    [InlineData(
        "00000000000000000000000000000000", "000000000000000000000000", "",
        "00000000000000000000000000000000", "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf")]
    [InlineData(
        "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
        "5bc94fbc3221a5db94fae95ae7121a47")]
    [InlineData(
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        "76fc6ece0f4e1768cddf8853bb2d551b")]
    public void PublishedTestCases(
        string key, string nonce, string associatedData, string plain, string expected, string expectedTag)
    {
        foreach (Kind kind in Enum.GetValues<Kind>().Where(IsHere))
        {
            using PacketCipher cipher = Create(kind, Convert.FromHexString(key));
            byte[] text = Convert.FromHexString(plain);
            byte[] tag = new byte[16];
            cipher.Seal(Convert.FromHexString(nonce), Convert.FromHexString(associatedData), text, tag);
            Assert.Equal(expected, Convert.ToHexStringLower(text));
            Assert.Equal(expectedTag, Convert.ToHexStringLower(tag));
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void TheProcessorsInstructionsAgreeWithTheFrameworkAtEveryLength(int keyLength)
    {
        RequireInstructions();
        var random = new Random(keyLength);
        byte[] key = new byte[keyLength];
        byte[] nonce = new byte[12];
        random.NextBytes(key);
        using PacketCipher framework = Create(Kind.Framework, key);
        using PacketCipher ours = Create(Kind.ProcessorInstructions, key);
        for (int length = 0; length <= 600; length++)
            Compare(length, 12 + length % 29);
        for (int associatedLength = 0; associatedLength <= 300; associatedLength++)
            Compare(77, associatedLength);
        foreach (int length in new[] { 1200, 1500, 4095, 4096, 65535 })
            Compare(length, 12);

        void Compare(int length, int associatedLength)
        {
            random.NextBytes(nonce);
            byte[] associatedData = new byte[associatedLength];
            byte[] plain = new byte[length];
            random.NextBytes(associatedData);
            random.NextBytes(plain);
            // Guards on both sides show any octet written beyond the text.
            byte[] expected = [0xEE, .. plain, 0xEE];
            byte[] actual = [0xEE, .. plain, 0xEE];
            byte[] expectedTag = new byte[16];
            byte[] tag = new byte[16];
            framework.Seal(nonce, associatedData, expected.AsSpan(1, length), expectedTag);
            ours.Seal(nonce, associatedData, actual.AsSpan(1, length), tag);
            Assert.Equal(expected, actual);
            Assert.Equal(expectedTag, tag);

            byte[] apart = new byte[length];
            Assert.True(ours.Open(nonce, associatedData, actual.AsSpan(1, length), tag, apart));
            Assert.Equal(plain, apart);
            Assert.True(ours.Open(nonce, associatedData, actual.AsSpan(1, length), tag, actual.AsSpan(1, length)));
            Assert.Equal([0xEE, .. plain, 0xEE], actual);
        }
    }

    [Fact]
    public void TheSelfTestPassesHere()
    {
        RequireInstructions();
        Assert.True(CipherChoice.UsesProcessorInstructions);
        using PacketCipher chosen = PacketCipher.Create(new byte[16]);
        Assert.IsType<WideGcmCipher>(chosen);
    }

    [Theory]
    [InlineData(Kind.Framework)]
    [InlineData(Kind.ProcessorInstructions)]
    public void ADisposedCipherRefusesToWork(Kind kind)
    {
        PacketCipher cipher = Create(kind, new byte[16]);
        cipher.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cipher.Seal(new byte[12], [], new byte[5], new byte[16]));
    }

    private static PacketCipher Create(Kind kind, byte[] key)
    {
        if (kind == Kind.Framework)
            return new FrameworkGcmCipher(key);
        RequireInstructions();
        return new WideGcmCipher(key);
    }

    private static bool IsHere(Kind kind) => kind == Kind.Framework || AesNiGcmCipher.IsSupported;

    private static void RequireInstructions()
    {
        if (!AesNiGcmCipher.IsSupported)
            Assert.Skip("This processor has no AES-NI and PCLMULQDQ: the kernel on them was NOT tested.");
    }
}
