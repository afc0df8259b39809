using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>
/// Any schedule of loss, duplication, reordering, sequence wraps and late joining, against an oracle that keeps every
/// accepted index in a set.
/// </summary>
public sealed class ScheduleTests
{
    private const string Mki = "01020304";
    private const int Window = 128;

    /// <summary>Profile, R of RFC 4771, key derivation rate.</summary>
    public static TheoryData<SrtpProfile, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<SrtpProfile, int, int>();
            foreach (SrtpProfile profile in Enum.GetValues<SrtpProfile>())
            {
                cases.Add(profile, 0, 0);
                if (profile.RtpTagLength_bytes() == 4)
                    continue;
                cases.Add(profile, 1, 0);
                cases.Add(profile, 3, 0);
                cases.Add(profile, 3, 16);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void SrtpAgreesWithTheOracle(SrtpProfile profile, int rocTransmissionRate, int keyDerivationRate) =>
        Prop.ForAll<byte[], ushort, byte>((script, start, missed) =>
        {
            SrtpPolicy policy = Policy(rocTransmissionRate, profile, keyDerivationRate);
            using SrtpMasterKey key = Packets.Key(1, Mki, profile);
            using SrtpReceiver receiver = Packets.Receiver(policy, key);
            var oracle = new Oracle(policy);
            foreach (Delivery delivery in Schedule(policy, key, script, start).Skip(missed % 64))
            {
                SrtpOutcome outcome = receiver.Unprotect(delivery.Packet, out byte[] plain);
                if (outcome != oracle.Receive(delivery) || outcome == SrtpOutcome.Ok && !plain.SequenceEqual(delivery.Plain))
                    return false;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(300));

    [Fact]
    public void TheScheduleReachesEveryOutcome()
    {
        var seen = new HashSet<SrtpOutcome>();
        SrtpPolicy policy = Policy(0);
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using SrtpReceiver receiver = Packets.Receiver(policy, key);
        byte[] script = [.. Enumerable.Range(0, 2000).Select(i => (byte)(i * i * 31 + i * 7))];
        ulong highest = 0;
        foreach (Delivery delivery in Schedule(policy, key, script, 60000))
        {
            seen.Add(receiver.Unprotect(delivery.Packet, out _));
            highest = Math.Max(highest, delivery.Index);
        }
        Assert.Superset(
            new HashSet<SrtpOutcome>
            {
                SrtpOutcome.Ok, SrtpOutcome.Replayed, SrtpOutcome.TooOld, SrtpOutcome.AuthenticationFailed,
            },
            seen);
        Assert.True(highest > 3 * 65536, "the schedule wraps several times");
    }

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void SrtcpAgreesWithTheOracle(SrtpProfile profile) =>
        Prop.ForAll<byte[], int>((script, start) =>
        {
            SrtpPolicy policy = Policy(0, profile);
            using SrtpMasterKey key = Packets.Key(1, Mki, profile);
            using var sender = new SrtpSender(key, policy);
            using SrtpReceiver receiver = Packets.Receiver(policy, key);
            if (start > 0)
                sender.TryResumeRtcp(Packets.Ssrc, (uint)start);
            var sent = new List<(uint Index, byte[] Packet)>();
            var accepted = new HashSet<uint>();
            uint index = (uint)Math.Max(start, 1);
            foreach (byte step in script)
            {
                for (int i = 0; i <= step % 40; i++)
                    sent.Add((index++, sender.ProtectRtcp(Packets.Rtcp())));
                (uint which, byte[] packet) = sent[^(1 + step % Math.Min(sent.Count, 200))];
                SrtpOutcome expected =
                    accepted.Count > 0 && which + Window <= accepted.Max() ? SrtpOutcome.TooOld
                    : accepted.Contains(which) ? SrtpOutcome.Replayed
                    : SrtpOutcome.Ok;
                if (receiver.UnprotectRtcp(packet, out byte[] plain) != expected ||
                    expected == SrtpOutcome.Ok && !plain.SequenceEqual(Packets.Rtcp()))
                    return false;
                if (expected == SrtpOutcome.Ok)
                    accepted.Add(which);
            }
            return true;
        }).Check(Config.QuickThrowOnFailure);

    [Theory]
    [MemberData(nameof(Cases))]
    public void ForgedPacketsChangeNothingObservable(SrtpProfile profile, int rocTransmissionRate, int keyDerivationRate) =>
        Prop.ForAll<byte[], ushort, int>((script, start, noise) =>
        {
            SrtpPolicy policy = Policy(rocTransmissionRate, profile, keyDerivationRate) with { MaxStreams = 1 };
            using SrtpMasterKey key = Packets.Key(1, Mki, profile);
            using SrtpReceiver attacked = Packets.Receiver(policy, key);
            using SrtpReceiver left = Packets.Receiver(policy, key);
            uint state = (uint)noise;
            foreach (Delivery delivery in Schedule(policy, key, script, start))
            {
                byte[] forged = [.. delivery.Packet];
                state = state * 1664525 + 1013904223;
                // Any bit of any octet: header, ciphertext, tag, MKI, ROC.
                forged[(int)(state >> 8) % forged.Length] ^= (byte)(1 << (int)(state & 7));
                if (!delivery.Damaged && attacked.Unprotect(forged, out _) == SrtpOutcome.Ok)
                    return false;
                if (attacked.Unprotect(delivery.Packet, out _) != left.Unprotect(delivery.Packet, out _))
                    return false;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(200));

    [Theory]
    [MemberData(nameof(Cases))]
    public void ALateJoinerIsInWithinRPacketsWhereverHeJoins(SrtpProfile profile, int rocTransmissionRate, int keyDerivationRate)
    {
        if (rocTransmissionRate == 0)
            return;
        SrtpPolicy policy = Policy(rocTransmissionRate, profile, keyDerivationRate);
        using SrtpMasterKey key = Packets.Key(1, Mki, profile);
        using var sender = new SrtpSender(key, policy);
        // The sequence wraps in the middle, for the third time.
        ulong first = (3UL << 16) - 20;
        sender.TryResume(Packets.Ssrc, first);
        byte[][] packets = [.. Enumerable.Range(0, 40).Select(i => sender.Protect(Packets.Rtp((ushort)(first + (ulong)i))))];
        for (int join = 0; join < packets.Length - rocTransmissionRate; join++)
        {
            using SrtpReceiver receiver = Packets.Receiver(policy, key);
            int refused = packets[join..].TakeWhile(packet => receiver.Unprotect(packet, out _) != SrtpOutcome.Ok).Count();
            Assert.True(refused < rocTransmissionRate, $"joined at {join}: {refused} packets refused");
            Assert.All(packets[(join + refused + 1)..], packet => Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out _)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void RekeysResumesAndReceiversComeAndGo(SrtpProfile profile, int rocTransmissionRate, int keyDerivationRate) =>
        Prop.ForAll<byte[], ushort>((script, start) => new RekeySchedule(
            Policy(rocTransmissionRate, profile, keyDerivationRate), script, start).Holds())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40).WithEndSize(200));

    private static SrtpPolicy Policy(
        int rocTransmissionRate, SrtpProfile profile = SrtpProfile.AeadAes128Gcm, int keyDerivationRate = 0) =>
        new(profile, rocTransmissionRate, Window) { KeyDerivationRate = keyDerivationRate };

    /// <summary>One octet per packet decides its gap, whether it is lost, doubled or damaged, and how late it comes.</summary>
    private static IEnumerable<Delivery> Schedule(SrtpPolicy policy, SrtpMasterKey key, byte[] script, ushort start)
    {
        var deliveries = new List<(int At, Delivery Delivery)>();
        using var sender = new SrtpSender(key, policy);
        ulong index = start;
        for (int i = 0; i < script.Length; i++)
        {
            byte choice = script[i];
            // Mostly the next packet, sometimes a jump of up to 2^15 - 1.
            index += i == 0 ? 0u : choice < 200 ? 1u : (choice - 199u) * 585;
            byte[] plain = Packets.Rtp((ushort)index);
            var genuine = new Delivery(index, plain, sender.Protect(plain), Damaged: false);
            int delay = choice % 5 == 0 ? choice % 90 : 0;
            if (choice % 7 != 3)
                deliveries.Add((i + delay, genuine));
            if (choice % 11 == 1)
                deliveries.Add((i + 2 * delay + 1, genuine));
            if (choice % 13 == 2)
            {
                byte[] damaged = [.. genuine.Packet];
                damaged[20] ^= 0x10;
                deliveries.Add((i, genuine with { Packet = damaged, Damaged = true }));
            }
        }
        return deliveries.OrderBy(entry => entry.At).Select(entry => entry.Delivery);
    }

    private sealed record Delivery(ulong Index, byte[] Plain, byte[] Packet, bool Damaged);

    private sealed class Oracle(SrtpPolicy policy)
    {
        private readonly HashSet<ulong> _accepted = [];

        public SrtpOutcome Receive(Delivery delivery)
        {
            ulong believed = Believed(delivery);
            if (_accepted.Count > 0 && believed + (ulong)policy.ReplayWindow_packets <= _accepted.Max())
                return SrtpOutcome.TooOld;
            if (_accepted.Contains(believed))
                return SrtpOutcome.Replayed;
            if (delivery.Damaged || believed != delivery.Index)
                return SrtpOutcome.AuthenticationFailed;
            _accepted.Add(believed);
            return SrtpOutcome.Ok;
        }

        private ulong Believed(Delivery delivery)
        {
            ushort sequence = (ushort)delivery.Index;
            if (policy.RocTransmissionRate > 0 && sequence % policy.RocTransmissionRate == 0)
                return delivery.Index;
            if (_accepted.Count == 0)
                return sequence;
            // RFC 3711 Appendix A, but half the number space away counts as behind.
            ulong highest = _accepted.Max();
            long roc = (long)(highest >> 16);
            int last = (int)(highest & 0xFFFF);
            long v = last < 32768
                ? sequence - last >= 32768 ? roc - 1 : roc
                : last - 32768 > sequence ? roc + 1 : roc;
            return (ulong)Math.Max(v, 0) << 16 | sequence;
        }
    }
}
