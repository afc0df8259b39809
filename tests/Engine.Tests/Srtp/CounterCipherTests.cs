using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class CounterCipherTests
{
    /// <summary>Every class that computes AES in counter mode.</summary>
    public static TheoryData<string> Kinds => [.. KindNames];

    /// <summary>Kind and key length in octets.</summary>
    public static TheoryData<string, int> KindsAndKeys
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string kind in KindNames)
            {
                cases.Add(kind, 16);
                cases.Add(kind, 32);
            }
            return cases;
        }
    }

    private static IEnumerable<string> KindNames => typeof(CounterCipher).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(CounterCipher)) && !type.IsAbstract)
        .Select(type => type.Name);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void PublishedKeystreams(string kind)
    {
        AssertPublished(kind, VectorFile.Read("rfc3711.json")["b2_aes_cm"]!, "session_salt_shifted");
        AssertPublished(kind, VectorFile.Read("rfc6188.json")["aes_256_cm"]!, "salt_shifted");
    }

    [Theory]
    [MemberData(nameof(KindsAndKeys))]
    public void ACipherAgreesWithTheBlockCipherAtEveryLengthAlsoAfterAnotherKey(string kind, int key_bytes)
    {
        const int Longest_bytes = 2048;
        const int Guard_bytes = 32;
        var random = new Random(key_bytes);
        using CounterCipher cipher = Create(kind, new byte[key_bytes]);
        byte[] key = new byte[key_bytes];
        byte[] counter = new byte[CounterCipher.Block_bytes];
        byte[] plain = new byte[Longest_bytes];
        byte[] memory = new byte[Guard_bytes + Longest_bytes + Guard_bytes];
        byte[] apart = new byte[memory.Length];
        byte[] expected = new byte[memory.Length];
        for (int pass = 0; pass < 8; pass++)
        {
            random.NextBytes(key);
            random.NextBytes(counter.AsSpan(0, 14));
            random.NextBytes(plain);
            cipher.SetKey(key);
            byte[] ciphertext = Encrypt(key, counter, plain);
            for (int length = 0; length <= Longest_bytes; length++)
            {
                ReadOnlySpan<byte> source = plain.AsSpan(0, length);
                // What lies on both sides must stay as it is.
                memory.AsSpan().Fill(0xEE);
                apart.AsSpan().Fill(0xEE);
                expected.AsSpan().Fill(0xEE);
                ciphertext.AsSpan(0, length).CopyTo(expected.AsSpan(Guard_bytes));
                Span<byte> text = memory.AsSpan(Guard_bytes, length);
                source.CopyTo(text);
                cipher.ApplyKeystream(counter, text, text);
                cipher.ApplyKeystream(counter, source, apart.AsSpan(Guard_bytes, length));
                if (!expected.AsSpan().SequenceEqual(memory) || !expected.AsSpan().SequenceEqual(apart))
                    Assert.Fail($"{length} octets under the key {Convert.ToHexStringLower(key)}");
            }
        }
    }

    [Fact]
    public void TheFrameworksCipherAllocatesNothingPerPacket()
    {
        using CounterCipher cipher = Create(nameof(FrameworkCounterCipher), new byte[16]);
        byte[] text = new byte[160];
        byte[] counter = new byte[16];
        Assert.Equal(0, Allocation.Least_bytes(() =>
        {
            for (int i = 0; i < 1000; i++)
                cipher.ApplyKeystream(counter, text, text);
        }));
    }

    private static void AssertPublished(string kind, JsonNode vector, string salt)
    {
        using CounterCipher cipher = Create(kind, vector.Bytes("session_key"));
        byte[] keystream = new byte[0xFF02 * 16];
        cipher.ApplyKeystream(vector.Bytes(salt), keystream, keystream);
        int compared = 0;
        foreach (JsonNode block in vector.Items("blocks"))
        {
            byte[] counter = Convert.FromHexString(block[0]!.GetValue<string>());
            int number = (counter[14] ^ vector.Bytes(salt)[14]) << 8 | counter[15] ^ vector.Bytes(salt)[15];
            Assert.Equal(Convert.FromHexString(block[1]!.GetValue<string>()), keystream[(16 * number)..(16 * number + 16)]);
            compared++;
        }
        Assert.Equal(6, compared);
    }

    private static byte[] Encrypt(byte[] key, byte[] counter, byte[] plain)
    {
        byte[] counters = new byte[(plain.Length + 15) / 16 * 16];
        for (int block = 0; 16 * block < counters.Length; block++)
        {
            counter.AsSpan(0, 14).CopyTo(counters.AsSpan(16 * block));
            BinaryPrimitives.WriteUInt16BigEndian(counters.AsSpan(16 * block + 14), (ushort)block);
        }
        using var aes = Aes.Create();
        aes.SetKey(key);
        byte[] keystream = aes.EncryptEcb(counters, PaddingMode.None);
        return [.. plain.Select((octet, i) => (byte)(octet ^ keystream[i]))];
    }

    private static CounterCipher Create(string kind, byte[] key)
    {
        switch (kind)
        {
            case nameof(FrameworkCounterCipher):
                return new FrameworkCounterCipher(key);
            case nameof(BlockCounterCipher):
                if (!BlockGcmCipher.IsSupported)
                    Assert.Skip("This processor has no AES instructions: the kernel on them was NOT tested.");
                return new BlockCounterCipher(key);
            default:
                throw new NotSupportedException($"Say here how to make a {kind}.");
        }
    }
}
