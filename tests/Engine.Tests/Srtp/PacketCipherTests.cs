using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class PacketCipherTests
{
    [Theory]
    [MemberData(nameof(Ciphers.Kinds), MemberType = typeof(Ciphers))]
    public void OneFlippedBitAnywhereIsRefusedAndThePlaintextWiped(SrtpCipherKind kind)
    {
        using PacketCipher cipher = Ciphers.Create(kind, new byte[16]);
        Prop.ForAll<byte[], int>((text, where) =>
        {
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
        foreach (SrtpCipherKind kind in Enum.GetValues<SrtpCipherKind>().Where(Ciphers.IsHere))
        {
            using PacketCipher cipher = Ciphers.Create(kind, Convert.FromHexString(key));
            byte[] text = Convert.FromHexString(plain);
            byte[] tag = new byte[16];
            cipher.Seal(Convert.FromHexString(nonce), Convert.FromHexString(associatedData), text, tag);
            Assert.Equal(expected, Convert.ToHexStringLower(text));
            Assert.Equal(expectedTag, Convert.ToHexStringLower(tag));
        }
    }

    [Theory]
    [MemberData(nameof(Ciphers.Kernels), MemberType = typeof(Ciphers))]
    public void AKernelRefusesEveryFlippedTagBitAndWipesItsOutputInPlaceToo(SrtpCipherKind kind)
    {
        using PacketCipher cipher = Ciphers.Create(kind, new byte[16]);
        foreach (int length in new[] { 1, 16, 20, 48, 49, 112, 113, 127, 128, 160, 320, 1200 })
        {
            byte[] plain = new byte[length];
            byte[] tag = new byte[16];
            Array.Fill(plain, (byte)0x5A);
            byte[] sealedText = [.. plain];
            cipher.Seal(new byte[12], new byte[12], sealedText, tag);
            for (int bit = 0; bit < 128; bit++)
            {
                byte[] forged = [.. tag];
                forged[bit / 8] ^= (byte)(1 << bit % 8);
                byte[] inPlace = [0xEE, .. sealedText, 0xEE];
                Span<byte> text = inPlace.AsSpan(1, length);
                Assert.False(cipher.Open(new byte[12], new byte[12], text, forged, text));
                Assert.Equal([0xEE, .. new byte[length], 0xEE], inPlace);
            }
        }
    }

    [Fact]
    public void TheFastestKernelOfThisMachinePassesItsSelfTestAndIsChosen()
    {
        Candidate? kernel = CipherChoice.Kernels.FirstOrDefault(kernel => kernel.IsSupported);
        if (kernel is null)
            Assert.Skip("This processor lacks the instructions of every kernel.");
        SrtpCipherKind fastest = kernel.Kind;
        Assert.Equal(fastest, SrtpCipher.Current);
        Assert.False(SrtpCipher.SelfTestFailed);
        Assert.Equal(fastest.ToString(), SrtpCipher.Reason);
        using PacketCipher chosen = PacketCipher.Create(new byte[16]);
        using PacketCipher expected = Ciphers.Create(fastest, new byte[16]);
        Assert.IsType(expected.GetType(), chosen);
    }

    [Fact]
    public void AKernelThatIsWrongIsPassedOverAndNamed()
    {
        var wrong = new Candidate(SrtpCipherKind.Instructions512, true, _ => new FrameworkGcmCipher(new byte[16]));
        var broken = new Candidate(SrtpCipherKind.Instructions128, true, _ => throw new PlatformNotSupportedException());
        CipherChoice.Outcome outcome = CipherChoice.Choose([wrong, broken]);
        Assert.Equal(SrtpCipherKind.Framework, outcome.Cipher.Kind);
        Assert.True(outcome.Failed);
        Assert.Equal("Framework; SELF-TEST FAILED: Instructions512, Instructions128", outcome.Reason);
    }

    [Fact]
    public void WithoutInstructionsTheFrameworkIsChosenWithoutAlarm()
    {
        var missing = new Candidate(SrtpCipherKind.Instructions512, false, _ => throw new PlatformNotSupportedException());
        CipherChoice.Outcome outcome = CipherChoice.Choose([missing]);
        Assert.Equal(SrtpCipherKind.Framework, outcome.Cipher.Kind);
        Assert.False(outcome.Failed);
    }

    [Theory]
    [MemberData(nameof(Ciphers.Kinds), MemberType = typeof(Ciphers))]
    public void ADisposedCipherRefusesToWork(SrtpCipherKind kind)
    {
        PacketCipher cipher = Ciphers.Create(kind, new byte[16]);
        cipher.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cipher.Seal(new byte[12], [], new byte[5], new byte[16]));
    }
}
