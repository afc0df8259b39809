#pragma warning disable CA5350 // SHA-1 is what RFC 3711 prescribes
using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Our SHA-1 and HMAC against the framework's.</summary>
public sealed class HmacSha1Tests
{
    [Fact]
    public void CodesAreTheFrameworksAtEveryLength()
    {
        byte[] message = [.. Enumerable.Range(0, 400).Select(i => (byte)(i * 37 + i / 7))];
        using var hmac = new HmacSha1();
        for (int length = 0; length <= message.Length; length++)
        {
            byte[] key = message[^20..];
            key[0] = (byte)length;
            hmac.SetKey(key);
            byte[] code = new byte[20];
            hmac.Compute(message.AsSpan(0, length), 0x01020304, code);
            Assert.Equal(HMACSHA1.HashData(key, (byte[])[.. message[..length], 1, 2, 3, 4]), code);
            Assert.True(hmac.Verify(message.AsSpan(0, length), 0x01020304, code.AsSpan(0, 10)));
            code[9] ^= 1;
            Assert.False(hmac.Verify(message.AsSpan(0, length), 0x01020304, code.AsSpan(0, 10)));
        }
    }

    [Fact]
    public void ManagedAndChosenCompressionAgreeWithTheFramework() =>
        Prop.ForAll<byte[]>(data =>
        {
            // One block of any content, and the padding block that makes it a whole message.
            byte[] block = [.. data.Concat(new byte[64]).Take(64)];
            byte[] padding = new byte[64];
            padding[0] = 0x80;
            BinaryPrimitives.WriteUInt64BigEndian(padding.AsSpan(56), 512);
            byte[] expected = SHA1.HashData(block);
            return Hash(Sha1Block.CompressManaged).SequenceEqual(expected) && Hash(Sha1Block.Compress).SequenceEqual(expected);

            byte[] Hash(Compression compress)
            {
                uint[] state = Sha1Block.InitialState.ToArray();
                compress(state, (byte[])[.. block, .. padding]);
                return [.. state.SelectMany(word => BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(word)))];
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(15)]
    [InlineData(16)]
    public void SixteenMessagesAtOnceGiveTheFrameworksCodes(int messages)
    {
        byte[] memory = [.. Enumerable.Range(0, 16 * 512).Select(i => (byte)(i * 151 + i / 251))];
        HmacSha1[] keys = [.. Enumerable.Range(0, messages).Select(_ => new HmacSha1())];
        for (int i = 0; i < messages; i++)
            keys[i].SetKey(Key(i));
        var lanes = new HmacSha1Lanes();
        for (int length = 0; length <= 300; length += length < 130 ? 1 : 13)
        {
            AssertCodes(lanes, memory, keys, length, lanes.Compute);
            AssertCodes(lanes, memory, keys, length, lanes.ComputeApart);
            if (Sha1LaneBlock.IsSupported)
                AssertCodes(lanes, memory, keys, length, lanes.ComputeTogether);
        }
        Assert.SkipUnless(Sha1LaneBlock.IsSupported, "This processor has no wide vectors: the lanes were NOT tested.");
    }

    [Fact]
    public void VectorsOfBothWidthsAgree()
    {
        Assert.SkipUnless(Vector512.IsHardwareAccelerated, "This processor has no vectors of 512 bits: the sixteen lanes in one were NOT tested.");
        uint[] words = [.. Enumerable.Range(0, 16 * 16).Select(i => (uint)(i * 2654435761))];
        uint[] wide = [.. Enumerable.Range(0, 5 * 16).Select(i => (uint)(i * 40503))];
        uint[] narrow = [.. wide];
        Sha1LaneBlock.Compress<Sha1Vector512, Vector512<uint>>(wide, words, 0);
        Sha1LaneBlock.Compress<Sha1Vector256, Vector256<uint>>(narrow, words, 0);
        Sha1LaneBlock.Compress<Sha1Vector256, Vector256<uint>>(narrow, words, 8);
        Assert.Equal(wide, narrow);
    }

    [Fact]
    public void DisposeZeroesThePads()
    {
        var hmac = new HmacSha1();
        hmac.SetKey(Key(1));
        hmac.Dispose();
        Assert.All(hmac.Inner.ToArray(), word => Assert.Equal(0u, word));
        Assert.All(hmac.Outer.ToArray(), word => Assert.Equal(0u, word));
    }

    private delegate void Compression(Span<uint> state, ReadOnlySpan<byte> data);

    private delegate void Computation(ReadOnlySpan<byte> memory, int length_bytes);

    private static void AssertCodes(
        HmacSha1Lanes lanes, byte[] memory, HmacSha1[] keys, int length, Computation compute)
    {
        lanes.Clear();
        for (int i = 0; i < keys.Length; i++)
            lanes.Add(keys[i], i * 500 + i, (uint)(i * 77));
        compute(memory, length);
        for (int i = 0; i < keys.Length; i++)
        {
            byte[] trailer = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(trailer, (uint)(i * 77));
            byte[] expected = HMACSHA1.HashData(Key(i), (byte[])[.. memory[(i * 501)..(i * 501 + length)], .. trailer]);
            Assert.Equal(expected, lanes.Code(i).ToArray());
        }
    }

    private static byte[] Key(int i) => [.. Enumerable.Range(0, 20).Select(octet => (byte)(octet * 11 + i))];
}
