using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>A bounded run of the fuzz target over its seeds; an external fuzzer calls <see cref="MikeyFuzz.Fuzz"/>.</summary>
public sealed class MikeyFuzzTests
{
    private const int Rounds = 300_000;

    [Fact]
    public void MutationsOfMessagesBreakNoPromise()
    {
        byte[][] seeds = MikeyFuzz.Seeds();
        Assert.Equal((1 + 4 + 2 + 1) * (MikeyFuzz.Readers - 1) + 1, seeds.Length);
        foreach (byte[] seed in seeds)
            MikeyFuzz.Fuzz(seed);
        var random = new Random(3830);
        byte[] buffer = new byte[4096];
        for (int round = 0; round < Rounds; round++)
        {
            byte[] seed = seeds[random.Next(seeds.Length)];
            seed.CopyTo(buffer, 0);
            int length = seed.Length;
            for (int mutations = random.Next(4); mutations >= 0; mutations--)
                length = Mutate(random, buffer, length, seeds[random.Next(seeds.Length)]);
            MikeyFuzz.Fuzz(buffer.AsSpan(0, length));
        }
        // What needs a longer message, a fuller cache or several right octets at once is not to be reached from here.
        MikeyError[] elsewhere =
        [
            MikeyError.Oversized, MikeyError.TooManyPayloads, MikeyError.ShortRand, MikeyError.Replayed, MikeyError.ReplayCacheFull,
            MikeyError.KeyIdentifierClash, MikeyError.KeyRevoked,
        ];
        Assert.Equal([], Enum.GetValues<MikeyError>().Except(MikeyFuzz.Reached).Except(elsewhere));
    }

    private static int Mutate(Random random, byte[] buffer, int length, byte[] other)
    {
        int at = random.Next(1, Math.Max(2, length));
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
                // Lengths and counts at their ends.
                buffer[at] = (byte)(random.Next(2) * 255);
                return length;
            case 4:
                // The header: data type, next payload, #CS, map type.
                buffer[1 + new[] { 1, 2, 3, 8, 9 }[random.Next(5)]] = (byte)random.Next(28);
                return Math.Max(length, 11);
            case 5:
                // A piece of another message in place of what stood there.
                int from = random.Next(other.Length);
                int count = Math.Min(random.Next(1, 200), Math.Min(other.Length - from, buffer.Length - at));
                other.AsSpan(from, count).CopyTo(buffer.AsSpan(at));
                return Math.Max(length, at + count);
            default:
                // The same with what follows moved up.
                count = Math.Min(random.Next(1, 40), Math.Min(other.Length, buffer.Length - length));
                buffer.AsSpan(at, length - at).CopyTo(buffer.AsSpan(at + count));
                other.AsSpan(0, count).CopyTo(buffer.AsSpan(at));
                return length + count;
        }
    }
}
