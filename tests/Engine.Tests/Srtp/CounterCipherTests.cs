using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class CounterCipherTests
{
    [Theory]
    [InlineData("rfc3711.json", "b2_aes_cm", "session_salt_shifted", false)]
    [InlineData("rfc3711.json", "b2_aes_cm", "session_salt_shifted", true)]
    [InlineData("rfc6188.json", "aes_256_cm", "salt_shifted", false)]
    [InlineData("rfc6188.json", "aes_256_cm", "salt_shifted", true)]
    public void PublishedKeystream(string file, string section, string salt, bool framework)
    {
        JsonNode vector = VectorFile.Read(file)[section]!;
        using CounterCipher cipher = Create(vector.Bytes("session_key"), framework);
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

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void BothCiphersAgreeAlsoAfterAnotherKey(int key_bytes)
    {
        // A skip inside a property would count as a failure.
        RequireInstructions();
        Prop.ForAll<byte[], ulong, ulong>((text, high, low) =>
        {
            byte[] counter = [.. BitConverter.GetBytes(high), .. BitConverter.GetBytes(low << 16 >> 16)];
            counter[14] = counter[15] = 0;
            byte[] key = [.. Enumerable.Range(0, key_bytes).Select(i => (byte)(high >> i % 8))];
            byte[] processor = [.. text];
            byte[] framework = new byte[text.Length];
            using CounterCipher first = Create(new byte[key_bytes], framework: false);
            using CounterCipher second = Create(new byte[key_bytes], framework: true);
            first.SetKey(key);
            second.SetKey(key);
            first.ApplyKeystream(counter, processor, processor);
            second.ApplyKeystream(counter, text, framework);
            return processor.SequenceEqual(framework);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(500));
    }

    [Fact]
    public void TheFrameworksCipherAllocatesNothingPerPacket()
    {
        using CounterCipher cipher = Create(new byte[16], framework: true);
        byte[] text = new byte[160];
        byte[] counter = new byte[16];
        Assert.Equal(0, Allocation.Least_bytes(() =>
        {
            for (int i = 0; i < 1000; i++)
                cipher.ApplyKeystream(counter, text, text);
        }));
    }

    private static CounterCipher Create(byte[] key, bool framework)
    {
        if (framework)
            return new FrameworkCounterCipher(key);
        RequireInstructions();
        return new BlockCounterCipher(key);
    }

    private static void RequireInstructions()
    {
        if (!BlockGcmCipher.IsSupported)
            Assert.Skip("This processor has no AES instructions: the kernel on them was NOT tested.");
    }
}
