using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class PacketCipherTests
{
    /// <summary>Every cipher of this machine, whichever it would choose.</summary>
    public static TheoryData<SrtpCipherKind> Ciphers =>
        [.. Enum.GetValues<SrtpCipherKind>()];

    [Theory]
    [MemberData(nameof(Ciphers))]
    public void OneFlippedBitAnywhereIsRefusedAndThePlaintextWiped(SrtpCipherKind kind)
    {
        Require(kind);
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
        foreach (SrtpCipherKind kind in Enum.GetValues<SrtpCipherKind>().Where(IsHere))
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
    [InlineData(SrtpCipherKind.Instructions128, 16)]
    [InlineData(SrtpCipherKind.Instructions128, 32)]
    [InlineData(SrtpCipherKind.Instructions256, 16)]
    [InlineData(SrtpCipherKind.Instructions256, 32)]
    [InlineData(SrtpCipherKind.Instructions512, 16)]
    [InlineData(SrtpCipherKind.Instructions512, 32)]
    public void AKernelAgreesWithTheFrameworkAtEveryLength(SrtpCipherKind kind, int keyLength)
    {
        Require(kind);
        var random = new Random(keyLength);
        byte[] key = new byte[keyLength];
        random.NextBytes(key);
        using PacketCipher framework = Create(SrtpCipherKind.Framework, key);
        using PacketCipher ours = Create(kind, key);
        for (int length = 0; length <= 2048; length++)
            Compare(framework, ours, random, length, length % 3 == 0 ? 12 : length % 65);
        for (int associatedLength = 0; associatedLength <= 64; associatedLength++)
        {
            foreach (int length in new[] { 0, 1, 20, 48, 49, 113, 128, 160, 353, 1200 })
                Compare(framework, ours, random, length, associatedLength);
        }
        foreach (int length in new[] { 4064, 4095, 4096, 4112, 65535 })
            Compare(framework, ours, random, length, 12);
        Compare(framework, ours, random, 0, 1400);
        Compare(framework, ours, random, 77, 300);
    }

    [Theory]
    [InlineData(SrtpCipherKind.Instructions128)]
    [InlineData(SrtpCipherKind.Instructions256)]
    [InlineData(SrtpCipherKind.Instructions512)]
    public void AKernelRefusesEveryFlippedTagBitAndWipesItsOutputInPlaceToo(SrtpCipherKind kind)
    {
        Require(kind);
        using PacketCipher cipher = Create(kind, new byte[16]);
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
        Require(SrtpCipherKind.Instructions128);
        SrtpCipherKind fastest = CipherChoice.Kernels.First(kernel => kernel.IsSupported).Kind;
        Assert.Equal(fastest, SrtpCipher.Current);
        Assert.False(SrtpCipher.SelfTestFailed);
        Assert.Equal(fastest.ToString(), SrtpCipher.Reason);
        using PacketCipher chosen = PacketCipher.Create(new byte[16]);
        using PacketCipher expected = Create(fastest, new byte[16]);
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
    [MemberData(nameof(Ciphers))]
    public void ADisposedCipherRefusesToWork(SrtpCipherKind kind)
    {
        PacketCipher cipher = Create(kind, new byte[16]);
        cipher.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cipher.Seal(new byte[12], [], new byte[5], new byte[16]));
    }

    private static void Compare(
        PacketCipher framework, PacketCipher ours, Random random, int length, int associatedLength)
    {
        byte[] nonce = new byte[12];
        byte[] associatedData = new byte[associatedLength];
        byte[] plain = new byte[length];
        random.NextBytes(nonce);
        random.NextBytes(associatedData);
        random.NextBytes(plain);
        // Guards on both sides show any octet written beyond the text.
        byte[] guard = [.. Enumerable.Repeat((byte)0xEE, 64)];
        byte[] expected = [.. guard, .. plain, .. guard];
        byte[] actual = [.. expected];
        byte[] expectedTag = new byte[16];
        byte[] tag = new byte[16];
        framework.Seal(nonce, associatedData, expected.AsSpan(64, length), expectedTag);
        Span<byte> text = actual.AsSpan(64, length);
        ours.Seal(nonce, associatedData, text, tag);
        Assert.True(expected.AsSpan().SequenceEqual(actual), $"{length} octets, {associatedLength} associated");
        Assert.Equal(expectedTag, tag);

        byte[] apart = [.. guard, .. new byte[length], .. guard];
        byte[] plainGuarded = [.. guard, .. plain, .. guard];
        Assert.True(ours.Open(nonce, associatedData, text, tag, apart.AsSpan(64, length)));
        Assert.True(plainGuarded.AsSpan().SequenceEqual(apart));
        Assert.True(expected.AsSpan().SequenceEqual(actual));
        Assert.True(ours.Open(nonce, associatedData, text, tag, text));
        Assert.True(plainGuarded.AsSpan().SequenceEqual(actual));
        tag[length % 16] ^= 1;
        Assert.False(ours.Open(nonce, associatedData, expected.AsSpan(64, length), tag, apart.AsSpan(64, length)));
        Assert.False(apart.AsSpan(64, length).ContainsAnyExcept((byte)0));
    }

    private static PacketCipher Create(SrtpCipherKind kind, byte[] key)
    {
        Require(kind);
        return kind == SrtpCipherKind.Framework
            ? new FrameworkGcmCipher(key)
            : CipherChoice.Kernels.Single(kernel => kernel.Kind == kind).Create(key);
    }

    private static bool IsHere(SrtpCipherKind kind) =>
        kind == SrtpCipherKind.Framework || CipherChoice.Kernels.Single(kernel => kernel.Kind == kind).IsSupported;

    private static void Require(SrtpCipherKind kind)
    {
        if (!IsHere(kind))
            Assert.Skip($"This processor lacks the instructions: {kind} was NOT tested.");
    }
}
