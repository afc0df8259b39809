using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Every octet we send, for every profile, equals what the RFCs' text computed on the framework's primitives gives.</summary>
public sealed class ReferenceSrtpTests
{
    public static TheoryData<SrtpProfile, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<SrtpProfile, int, int>();
            foreach (SrtpProfile profile in Enum.GetValues<SrtpProfile>())
            {
                foreach (int keyDerivationRate in (int[])[0, 1, 4, 1 << 24])
                {
                    cases.Add(profile, 0, keyDerivationRate);
                    if (profile.RtpTagLength_bytes() > 4)
                        cases.Add(profile, 3, keyDerivationRate);
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void PacketsAreThoseOfTheReference(SrtpProfile profile, int rocTransmissionRate, int keyDerivationRate) =>
        Prop.ForAll<byte[], ushort, byte>((payload, start, jump) =>
        {
            var policy = new SrtpPolicy(profile, rocTransmissionRate) { KeyDerivationRate = keyDerivationRate };
            byte[] mki = [1, 2, 3, 4];
            using SrtpMasterKey key = Packets.Key(7, Convert.ToHexString(mki), profile);
            var reference = new ReferenceSrtp(profile, key.Key.ToArray(), key.Salt.ToArray(), mki)
            {
                KeyDerivationRate = (ulong)keyDerivationRate,
            };
            using var sender = new SrtpSender(key, policy);
            using SrtpReceiver receiver = Packets.Receiver(policy, key);
            ulong index = (1UL << 40) + start;
            sender.TryResume(Packets.Ssrc, index);
            receiver.SetIndex(Packets.Ssrc, index);
            for (uint i = 1; i <= 12; i++)
            {
                byte[] rtp = [.. Packets.Rtp((ushort)index, payload_bytes: 0), .. payload];
                byte[] expected = reference.Rtp(rtp, index, policy.CarriesRoc((ushort)index));
                if (!sender.Protect(rtp).SequenceEqual(expected) ||
                    receiver.Unprotect(expected, out byte[] plain) != SrtpOutcome.Ok || !plain.SequenceEqual(rtp))
                    return false;
                byte[] rtcp = [.. Packets.Rtcp(), .. payload];
                expected = reference.Rtcp(rtcp, i);
                if (!sender.ProtectRtcp(rtcp).SequenceEqual(expected) ||
                    receiver.UnprotectRtcp(expected, out plain) != SrtpOutcome.Ok || !plain.SequenceEqual(rtcp))
                    return false;
                index += 1 + (ulong)jump * (i % 3) * 20;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25).WithEndSize(300));

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void UnencryptedRtcpIsVerifiedAndTakenOnlyIfThePolicyAllows(SrtpProfile profile)
    {
        using SrtpMasterKey key = Packets.Key(7, "", profile);
        var reference = new ReferenceSrtp(profile, key.Key.ToArray(), key.Salt.ToArray(), []);
        byte[] packet = reference.Rtcp(Packets.Rtcp(), 5, encrypted: false);
        using SrtpReceiver strict = Packets.Receiver(new SrtpPolicy(profile), key);
        using SrtpReceiver lenient = Packets.Receiver(new SrtpPolicy(profile) { AcceptUnencryptedRtcp = true }, key);
        Assert.Equal(SrtpOutcome.NotEncrypted, strict.UnprotectRtcp(packet, out _));
        byte[] forged = [.. packet];
        forged[12] ^= 1;
        Assert.Equal(SrtpOutcome.AuthenticationFailed, strict.UnprotectRtcp(forged, out _));
        Assert.Equal(SrtpOutcome.AuthenticationFailed, lenient.UnprotectRtcp(forged, out _));
        // The E bit itself is authenticated.
        forged = [.. packet];
        forged[profile.IsAead() ? ^4 : ^14] ^= 0x80;
        Assert.Equal(SrtpOutcome.AuthenticationFailed, lenient.UnprotectRtcp(forged, out _));
        Assert.Equal(SrtpOutcome.Ok, lenient.UnprotectRtcp(packet, out byte[] plain));
        Assert.Equal(Packets.Rtcp(), plain);
    }

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void ContributingSourcesAndHeaderExtensionAreClearAndAuthenticated(SrtpProfile profile)
    {
        using SrtpMasterKey key = Packets.Key(7, "", profile);
        using var sender = new SrtpSender(key, new SrtpPolicy(profile));
        using SrtpReceiver receiver = Packets.Receiver(new SrtpPolicy(profile), key);
        byte[] rtp = [.. Packets.Rtp(9)[..12], .. Convert.FromHexString("aabbccdd11223344bede00021044556677889900"), .. "payload"u8];
        rtp[0] = 0x80 | 0x10 | 2;
        const int HeaderLength_bytes = 12 + 8 + 4 + 8;
        byte[] packet = sender.Protect(rtp);
        Assert.Equal(rtp[..HeaderLength_bytes], packet[..HeaderLength_bytes]);
        Assert.NotEqual(rtp[HeaderLength_bytes..], packet[HeaderLength_bytes..rtp.Length]);
        for (int bit = 8 * 12; bit < 8 * HeaderLength_bytes; bit++)
        {
            byte[] forged = [.. packet];
            forged[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Contains(
                receiver.Unprotect(forged, out _), (SrtpOutcome[])[SrtpOutcome.AuthenticationFailed, SrtpOutcome.Malformed]);
        }
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out byte[] plain));
        Assert.Equal(rtp, plain);
    }

    [Theory]
    [InlineData(SrtpProfile.Aes128CmHmacSha1_32)]
    [InlineData(SrtpProfile.Aes256CmHmacSha1_32)]
    public void A32BitTagHasNoRoomForTheRolloverCounter(SrtpProfile profile)
    {
        using SrtpMasterKey key = Packets.Key(7, "", profile);
        Assert.Throws<ArgumentException>(() => new SrtpSender(key, new SrtpPolicy(profile, RocTransmissionRate: 1)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(1 << 25)]
    public void AKeyDerivationRateIsZeroOrAPowerOfTwo(int rate) =>
        Assert.ThrowsAny<ArgumentException>(
            () => new SrtpReceiver(new SrtpPolicy(SrtpProfile.AeadAes128Gcm) { KeyDerivationRate = rate }, 0));
}
