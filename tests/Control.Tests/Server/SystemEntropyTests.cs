using MediaEngine.Server;
using Xunit;

namespace MediaEngine.Control.Tests.Server;

public sealed class SystemEntropyTests
{
    [Fact]
    public void Numbers_that_are_drawn_ahead_are_given_once_on_every_thread()
    {
        const int perThread = 20_000;
        ulong[][] drawn = new ulong[4][];
        Thread[] threads = [.. Enumerable.Range(0, drawn.Length).Select(i => new Thread(() => drawn[i] = Draw(perThread)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        ulong[] all = [.. drawn.SelectMany(numbers => numbers)];
        Assert.Equal(all.Length, all.Distinct().Count());
        // Every bit is as often set as not, within 14 standard deviations.
        for (int bit = 0; bit < 64; bit++)
            Assert.InRange(all.Count(number => (number >> bit & 1) == 1), all.Length / 2 - 2000, all.Length / 2 + 2000);
    }

    private static ulong[] Draw(int count)
    {
        ulong[] numbers = new ulong[count];
        Span<byte> octets = stackalloc byte[sizeof(ulong)];
        for (int i = 0; i < count; i++)
        {
            // Sizes that do not divide what is drawn ahead.
            SystemEntropy.Instance.Fill(octets[..3]);
            SystemEntropy.Instance.Fill(octets);
            numbers[i] = BitConverter.ToUInt64(octets);
        }
        return numbers;
    }
}
