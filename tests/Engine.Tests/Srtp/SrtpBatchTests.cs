using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Batches give what one packet at a time gives.</summary>
public sealed class SrtpBatchTests
{
    private const int Stride_bytes = 400;

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void FanOutWritesWhatEverySenderAloneWould(SrtpProfile profile)
    {
        int rate = profile.RtpTagLength_bytes() > 4 ? 2 : 0;
        var policy = new SrtpPolicy(profile, rate);
        foreach (int receivers in (int[])[0, 1, 7, 8, 16, 17, 50])
        {
            SrtpMasterKey[] keys = [.. Enumerable.Range(0, receivers).Select(i => Packets.Key((byte)i, $"{i:x8}", profile))];
            SrtpSender[] together = [.. keys.Select(key => new SrtpSender(key, policy))];
            SrtpSender[] alone = [.. keys.Select(key => new SrtpSender(key, policy))];
            var fanOut = new SrtpFanOut();
            byte[] destination = new byte[receivers * Stride_bytes];
            int[] lengths = new int[receivers];
            var outcomes = new SrtpOutcome[receivers];
            for (ushort sequence = 0; sequence < 4; sequence++)
            {
                byte[] packet = Packets.Rtp(sequence, payload_bytes: 60 * sequence);
                Assert.Equal(receivers, fanOut.Protect(together, packet, destination, Stride_bytes, lengths, outcomes));
                for (int i = 0; i < receivers; i++)
                {
                    Assert.Equal(SrtpOutcome.Ok, outcomes[i]);
                    Assert.Equal(alone[i].Protect(packet), destination[(i * Stride_bytes)..(i * Stride_bytes + lengths[i])]);
                }
            }
            foreach (IDisposable part in (IDisposable[])[.. keys, .. together, .. alone])
                part.Dispose();
        }
    }

    [Fact]
    public void ARefusedSenderDoesNotHinderTheOthersAndItsPlaceIsLeftAlone()
    {
        const SrtpProfile Profile = SrtpProfile.Aes128CmHmacSha1_80;
        SrtpMasterKey[] keys = [.. Enumerable.Range(0, 20).Select(i => Packets.Key((byte)i, "", Profile))];
        SrtpSender[] senders = [.. keys.Select(key => new SrtpSender(key, new SrtpPolicy(Profile)))];
        senders[3].Protect(Packets.Rtp(500));
        byte[] destination = [.. Enumerable.Repeat((byte)0xEE, 20 * Stride_bytes)];
        int[] lengths = new int[20];
        var outcomes = new SrtpOutcome[20];
        byte[] packet = Packets.Rtp(400);
        Assert.Equal(19, new SrtpFanOut().Protect(senders, packet, destination, Stride_bytes, lengths, outcomes));
        Assert.Equal(SrtpOutcome.IndexNotIncreasing, outcomes[3]);
        Assert.Equal(0, lengths[3]);
        Assert.All(destination[(3 * Stride_bytes)..(4 * Stride_bytes)], octet => Assert.Equal(0xEE, octet));
        Assert.Equal(0, new SrtpFanOut().Protect(senders, Packets.Rtp(600), destination, 32, lengths, outcomes));
        Assert.All(outcomes, outcome => Assert.Equal(SrtpOutcome.BufferTooSmall, outcome));
        foreach (IDisposable part in (IDisposable[])[.. keys, .. senders])
            part.Dispose();
    }

    [Theory]
    [MemberData(nameof(ScheduleTests.Cases), MemberType = typeof(ScheduleTests))]
    public void ABatchIsUnprotectedAsOneAfterTheOther(SrtpProfile profile, int rocTransmissionRate, int keyDerivationRate) =>
        Prop.ForAll<byte[], ushort>((script, start) =>
        {
            var policy = new SrtpPolicy(profile, rocTransmissionRate, 128) { KeyDerivationRate = keyDerivationRate };
            SrtpMasterKey[] keys = [Packets.Key(1, "01", profile), Packets.Key(2, "02", profile)];
            SrtpSender[] senders = [.. keys.Select(key => new SrtpSender(key, policy))];
            using SrtpReceiver together = Packets.Receiver(policy, keys);
            using SrtpReceiver alone = Packets.Receiver(policy, keys);
            List<byte[]> packets = Schedule(senders, script, start);
            byte[] memory = new byte[packets.Count * Stride_bytes];
            var items = new SrtpBatchItem[packets.Count];
            for (int i = 0; i < packets.Count; i++)
            {
                packets[i].CopyTo(memory, i * Stride_bytes);
                items[i] = new SrtpBatchItem(i * Stride_bytes, packets[i].Length);
            }
            int ok = together.UnprotectBatch(memory, items);
            for (int i = 0; i < packets.Count; i++)
            {
                SrtpOutcome outcome = alone.Unprotect(packets[i], out byte[] plain);
                ok -= outcome == SrtpOutcome.Ok ? 1 : 0;
                if (items[i].Outcome != outcome || items[i].PlainLength != plain.Length ||
                    !memory.AsSpan(i * Stride_bytes, plain.Length).SequenceEqual(plain))
                    return false;
            }
            foreach (IDisposable part in (IDisposable[])[.. keys, .. senders])
                part.Dispose();
            return ok == 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(250));

    [Fact]
    public void APacketOutsideTheMemoryIsAProgrammersError()
    {
        using SrtpMasterKey key = Packets.Key();
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.Control, key);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => receiver.UnprotectBatch(new byte[100], (SrtpBatchItem[])[new SrtpBatchItem(50, 51)]));
    }

    // Mostly one length, as voice is; jumps, repeats, damage and nonsense among it.
    private static List<byte[]> Schedule(SrtpSender[] senders, byte[] script, ushort start)
    {
        var packets = new List<byte[]>();
        uint[] sequences = [start, start, start, start, start, start];
        foreach (byte choice in script)
        {
            sequences[choice % 6] += choice > 240 ? 20000u : choice > 200 ? 300u : 1u;
            byte[] packet = senders[choice % 2].Protect(Packets.Rtp(
                (ushort)sequences[choice % 6], ssrc: (uint)(choice % 3), payload_bytes: choice % 10 == 0 ? choice : 60));
            if (choice % 17 == 1)
                packet[choice % packet.Length] ^= 0x10;
            if (choice % 19 == 2)
                packet = packet[..(choice % packet.Length)];
            packets.Add(packet);
            if (choice % 7 == 3)
                packets.Add(packets[(choice * 31) % packets.Count]);
        }
        return packets;
    }
}
