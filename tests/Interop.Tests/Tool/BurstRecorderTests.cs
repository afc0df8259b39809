using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Rtp;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class BurstRecorderTests
{
    private const int Packet_samples = 160;

    [Fact]
    public void Packets_in_any_order_with_duplicates_give_the_same_samples()
    {
        Gen<(int Seed, ushort FirstSequence, uint FirstTimestamp, int Count)> cases =
            from seed in Gen.Choose(0, int.MaxValue)
            from sequence in Gen.Choose(0, ushort.MaxValue)
            from timestamp in Gen.Choose(int.MinValue, int.MaxValue)
            from count in Gen.Choose(1, 60)
            select (seed, (ushort)sequence, (uint)timestamp, count);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var random = new Random(c.Seed);
            byte[][] payloads = [.. Enumerable.Range(0, c.Count).Select(_ => Payload(random))];
            int[] order = [.. Enumerable.Range(0, c.Count), random.Next(c.Count)];
            random.Shuffle(order);
            var recorder = new BurstRecorder();
            foreach (int i in order)
                Assert.Null(recorder.Add(Header(1, c.FirstSequence, c.FirstTimestamp, i), payloads[i], "sip:a@x", i % 2 == 0, Instant.Zero));
            HeardBurst burst = recorder.Finish()!;
            Assert.Equal(Decode([.. payloads.SelectMany(payload => payload)]), burst.Samples);
            Assert.Equal((c.Count, 0, 1), (burst.Packets, burst.Lost, burst.Duplicates));
            Assert.Equal("sip:a@x", burst.Talker);
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void What_was_lost_is_silence_of_its_length_and_counted()
    {
        var recorder = new BurstRecorder();
        byte[] loud = [.. Enumerable.Repeat(G711.EncodeALaw(20_000), Packet_samples)];
        foreach (int i in (int[])[0, 1, 4])
            recorder.Add(Header(1, 65_534, uint.MaxValue - 100, i), loud, null, multicast: false, Instant.Zero);
        HeardBurst burst = recorder.Finish()!;
        Assert.Equal(5 * Packet_samples, burst.Samples.Length);
        Assert.Equal(2, burst.Lost);
        Assert.All(burst.Samples[(2 * Packet_samples)..(4 * Packet_samples)], sample => Assert.Equal(0, sample));
        Assert.All(burst.Samples[(4 * Packet_samples)..], sample => Assert.NotEqual(0, sample));
    }

    [Fact]
    public void Another_source_ends_the_burst()
    {
        var recorder = new BurstRecorder();
        Assert.Null(recorder.Add(Header(1, 0, 0, 0), Payload(new Random(1)), "sip:a@x", false, Instant.Zero));
        HeardBurst? ended = recorder.Add(Header(2, 0, 0, 0), Payload(new Random(2)), "sip:b@x", false, Instant.Zero);
        Assert.Equal((1u, "sip:a@x"), (ended!.Ssrc, ended.Talker));
        HeardBurst last = recorder.Finish()!;
        Assert.Equal((2u, "sip:b@x"), (last.Ssrc, last.Talker));
    }

    [Fact]
    public void A_pause_ends_the_burst_and_not_before()
    {
        var recorder = new BurstRecorder();
        Assert.True(recorder.NextDeadline.IsNever);
        recorder.Add(Header(1, 0, 0, 0), Payload(new Random(1)), null, false, Instant.FromMilliseconds(1000));
        Instant deadline = recorder.NextDeadline;
        Assert.Null(recorder.Expire(new Instant(deadline.Nanoseconds - 1)));
        Assert.NotNull(recorder.Expire(deadline));
        Assert.Null(recorder.Finish());
    }

    private static RtpHeader Header(uint ssrc, ushort firstSequence, uint firstTimestamp, int index) => new()
    {
        PayloadType = G711.PayloadType,
        Ssrc = ssrc,
        SequenceNumber = (ushort)(firstSequence + index),
        Timestamp = unchecked(firstTimestamp + (uint)(index * Packet_samples)),
    };

    private static byte[] Payload(Random random)
    {
        var payload = new byte[Packet_samples];
        random.NextBytes(payload);
        return payload;
    }

    private static short[] Decode(byte[] codes)
    {
        var samples = new short[codes.Length];
        G711.DecodeALaw(codes, samples);
        return samples;
    }
}
