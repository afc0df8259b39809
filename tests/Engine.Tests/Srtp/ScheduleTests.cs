using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>
/// Any schedule of loss, duplication, reordering, sequence wraps, late joining and changes of key, against an oracle that
/// keeps every accepted index in a set.
/// </summary>
public sealed class ScheduleTests
{
    private const string Mki = "01020304";
    private const int Window = 128;

    private static byte[] LongScript
    {
        get
        {
            byte[] script = new byte[2000];
            new Random(1).NextBytes(script);
            return script;
        }
    }

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
        AssertAgreement(Policy(rocTransmissionRate, profile, keyDerivationRate), keys: 1, ssrcs: 1);

    [Theory]
    [MemberData(nameof(Cases))]
    public void SeveralSourcesOverChangesOfKeyAgreeWithTheOracle(
        SrtpProfile profile, int rocTransmissionRate, int keyDerivationRate) =>
        AssertAgreement(Policy(rocTransmissionRate, profile, keyDerivationRate), keys: 3, ssrcs: 3);

    [Fact]
    public void TheScheduleReachesEveryOutcome()
    {
        var seen = new HashSet<(int Key, uint Ssrc, SrtpOutcome Outcome)>();
        // With the counter in every packet no jump throws the receiver off for good.
        SrtpPolicy policy = Policy(1);
        SrtpMasterKey[] keys = Keys(3, policy.Profile);
        using SrtpReceiver receiver = Packets.Receiver(policy, keys);
        ulong highest = 0;
        foreach (Delivery delivery in DeliverySchedule.Create(policy, keys, 3, LongScript, 60000))
        {
            seen.Add((delivery.Key, delivery.Ssrc, receiver.Unprotect(delivery.Packet, out _)));
            highest = Math.Max(highest, delivery.Index);
        }
        SrtpOutcome[] outcomes =
            [SrtpOutcome.Ok, SrtpOutcome.Replayed, SrtpOutcome.TooOld, SrtpOutcome.AuthenticationFailed];
        Assert.Superset(outcomes.ToHashSet(), seen.Select(entry => entry.Outcome).ToHashSet());
        Assert.Equal(9, seen.Where(entry => entry.Outcome == SrtpOutcome.Ok).Count());
        Assert.True(highest > 3 * 65536, "the schedule wraps several times");
        Array.ForEach(keys, key => key.Dispose());
    }

    [Fact]
    public void TheScheduleOfSrtcpReachesEveryOutcome()
    {
        SrtpPolicy policy = Policy(0);
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using SrtpReceiver receiver = Packets.Receiver(policy, key);
        HashSet<SrtpOutcome> seen =
        [
            .. DeliverySchedule.CreateRtcp(policy, key, LongScript, 1)
                .Select(delivery => receiver.UnprotectRtcp(delivery.Packet, out _)),
        ];
        Assert.Equal(
            [SrtpOutcome.Ok, SrtpOutcome.Replayed, SrtpOutcome.TooOld, SrtpOutcome.AuthenticationFailed], seen.Order());
    }

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void SrtcpAgreesWithTheOracle(SrtpProfile profile) =>
        Prop.ForAll<byte[], int, byte>((script, start, missed) =>
        {
            SrtpPolicy policy = Policy(0, profile);
            using SrtpMasterKey key = Packets.Key(1, Mki, profile);
            using SrtpReceiver receiver = Packets.Receiver(policy, key);
            var oracle = new DeliveryOracle(policy);
            return DeliverySchedule.CreateRtcp(policy, key, script, start).Skip(missed % 64).All(delivery =>
            {
                SrtpOutcome outcome = receiver.UnprotectRtcp(delivery.Packet, out byte[] plain);
                return outcome == oracle.ReceiveRtcp(delivery) &&
                    (outcome != SrtpOutcome.Ok || plain.SequenceEqual(delivery.Plain));
            });
        }).Check(Config.QuickThrowOnFailure.WithEndSize(300));

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
            foreach (Delivery delivery in DeliverySchedule.Create(policy, [key], 1, script, start))
            {
                byte[] forged = Forge(delivery.Packet, ref state);
                if (!delivery.Damaged && attacked.Unprotect(forged, out _) == SrtpOutcome.Ok)
                    return false;
                if (attacked.Unprotect(delivery.Packet, out _) != left.Unprotect(delivery.Packet, out _))
                    return false;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(200));

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void ForgedSrtcpPacketsChangeNothingObservable(SrtpProfile profile) =>
        Prop.ForAll<byte[], int, int>((script, start, noise) =>
        {
            SrtpPolicy policy = Policy(0, profile) with { MaxStreams = 1, AcceptUnencryptedRtcp = true };
            using SrtpMasterKey key = Packets.Key(1, Mki, profile);
            using SrtpReceiver attacked = Packets.Receiver(policy, key);
            using SrtpReceiver left = Packets.Receiver(policy, key);
            uint state = (uint)noise;
            foreach (Delivery delivery in DeliverySchedule.CreateRtcp(policy, key, script, start))
            {
                byte[] forged = Forge(delivery.Packet, ref state);
                if (!delivery.Damaged && attacked.UnprotectRtcp(forged, out _) == SrtpOutcome.Ok)
                    return false;
                if (attacked.UnprotectRtcp(delivery.Packet, out _) != left.UnprotectRtcp(delivery.Packet, out _))
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

    private static void AssertAgreement(SrtpPolicy policy, int keys, int ssrcs) =>
        Prop.ForAll<byte[], ushort, byte>((script, start, missed) =>
        {
            SrtpMasterKey[] masters = Keys(keys, policy.Profile);
            using SrtpReceiver receiver = Packets.Receiver(policy, masters);
            var oracle = new DeliveryOracle(policy);
            bool agreed = DeliverySchedule.Create(policy, masters, ssrcs, script, start).Skip(missed % 64).All(delivery =>
            {
                SrtpOutcome outcome = receiver.Unprotect(delivery.Packet, out byte[] plain);
                return outcome == oracle.Receive(delivery) &&
                    (outcome != SrtpOutcome.Ok || plain.SequenceEqual(delivery.Plain));
            });
            Array.ForEach(masters, master => master.Dispose());
            return agreed;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(300));

    // Any bit of any octet: header, ciphertext, tag, MKI, ROC or index.
    private static byte[] Forge(byte[] packet, ref uint state)
    {
        byte[] forged = [.. packet];
        state = state * 1664525 + 1013904223;
        forged[(int)(state >> 8) % forged.Length] ^= (byte)(1 << (int)(state & 7));
        return forged;
    }

    private static SrtpMasterKey[] Keys(int count, SrtpProfile profile) =>
        [.. Enumerable.Range(1, count).Select(i => Packets.Key((byte)i, $"{i:x8}", profile))];

    private static SrtpPolicy Policy(
        int rocTransmissionRate, SrtpProfile profile = SrtpProfile.AeadAes128Gcm, int keyDerivationRate = 0) =>
        new(profile, rocTransmissionRate, Window) { KeyDerivationRate = keyDerivationRate };
}
