using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>A bounded run of the fuzz target over the corpus; an external fuzzer calls <see cref="SrtpFuzz.Fuzz"/>.</summary>
public sealed class SrtpFuzzTests
{
    private const int Rounds = 1_300_000;

    private static readonly string Corpus = Path.Combine(AppContext.BaseDirectory, "Srtp", "Corpus");

    [Fact]
    public void TheCorpusHoldsEveryShapeAndIsRead()
    {
        string[] files = Directory.GetFiles(Corpus);
        Assert.Equal(4 * SrtpFuzz.Configurations, files.Length);
        int read = 0;
        foreach (string file in files)
        {
            byte[] data = File.ReadAllBytes(file);
            SrtpFuzz.Fuzz(data);
            SrtpPolicy policy = SrtpFuzz.PolicyOf(data[0]);
            using SrtpMasterKey key = SrtpFuzz.KeyOf(data[0]);
            using SrtpReceiver receiver = Packets.Receiver(policy, key);
            SrtpOutcome outcome = data[1] == 1
                ? receiver.UnprotectRtcp(data[2..], out _)
                : receiver.Unprotect(data[2..], out _);
            read += outcome == SrtpOutcome.Ok ? 1 : 0;
        }
        Assert.Equal(files.Length, read);
    }

    [Fact]
    public void MutationsOfTheCorpusAreRefusedWithoutATrace()
    {
        byte[][] seeds = [.. Directory.GetFiles(Corpus).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        var random = new Random(20711);
        byte[] buffer = new byte[2048];
        for (int round = 0; round < Rounds; round++)
        {
            byte[] seed = seeds[random.Next(seeds.Length)];
            seed.CopyTo(buffer, 0);
            int length = seed.Length;
            for (int mutations = random.Next(4); mutations >= 0; mutations--)
                length = Mutate(random, buffer, length, seeds[random.Next(seeds.Length)]);
            SrtpFuzz.Fuzz(buffer.AsSpan(0, length));
        }
    }

    private static int Mutate(Random random, byte[] buffer, int length, byte[] other)
    {
        int at = random.Next(2, Math.Max(3, length));
        switch (random.Next(7))
        {
            case 0:
                buffer[at] ^= (byte)(1 << random.Next(8));
                return length;
            case 1:
                buffer[at] = (byte)random.Next(256);
                return length;
            case 2:
                return at;
            case 3:
                random.NextBytes(buffer.AsSpan(length, 8));
                return Math.Min(length + random.Next(9), 1024);
            case 4:
                buffer[random.Next(2)] = (byte)random.Next(256);
                return length;
            case 5:
                // The tail of another packet: its MKI, tag, index or ROC.
                int count = Math.Min(random.Next(1, 24), Math.Min(length - 2, other.Length - 2));
                if (count <= 0)
                    return length;
                other.AsSpan(other.Length - count).CopyTo(buffer.AsSpan(length - count));
                return length;
            default:
                // Header bits that move the boundaries: CSRC count, extension, its length.
                buffer[2] = (byte)(0x80 | random.Next(64));
                if (length > 20)
                    buffer[random.Next(14, 20)] = (byte)random.Next(256);
                return length;
        }
    }
}
