using MediaEngine.Rtp;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Keys that come into force and expire, on both ends.</summary>
public sealed class SrtpKeyRingTests
{
    [Fact]
    public void TheSenderUsesTheKeyActivatedLastAndIndexesRunOn()
    {
        using SrtpMasterKey previous = Packets.Key(1, "00000001");
        using SrtpMasterKey current = Packets.Key(2, "00000002");
        using SrtpMasterKey next = Packets.Key(3, "00000003");
        using var sender = new SrtpSender(previous, SrtpPolicy.GroupMedia, Life(0, 150));
        sender.Advance(At(0));
        Assert.True(sender.TryAddKey(current, Life(100, 300)));
        Assert.True(sender.TryAddKey(next, Life(200, 400)));
        Assert.Equal(At(100), sender.NextDeadline);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.GroupMedia, previous, current, next);
        (long Now, string Mki, int Keys)[] steps =
            [(50, "00000001", 3), (100, "00000002", 3), (149, "00000002", 3), (150, "00000002", 2), (200, "00000003", 2)];
        // Across a wrap, so that a counter that began anew would show.
        ushort sequence = 0xFFFD;
        foreach ((long now, string mki, int keys) in steps)
        {
            sender.Advance(At(now));
            byte[] packet = sender.Protect(Packets.Rtp(sequence++));
            Assert.Equal(mki, Convert.ToHexString(packet[^8..^4]));
            Assert.Equal(mki, Convert.ToHexString(sender.CurrentMki));
            Assert.Equal(keys, sender.KeyCount);
            Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out _));
        }
        Assert.Equal(At(300), sender.NextDeadline);
        sender.Advance(At(400));
        Assert.Equal(0, sender.KeyCount);
        sender.Protect(Packets.Rtp(sequence), SrtpOutcome.NoActiveKey);
        sender.ProtectRtcp(Packets.Rtcp(), SrtpOutcome.NoActiveKey);
        Assert.True(sender.NextDeadline.IsNever);
    }

    [Fact]
    public void NothingIsSentBeforeTheFirstActivation()
    {
        using SrtpMasterKey key = Packets.Key(1, "00000001");
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia, Life(10, 20));
        sender.Protect(Packets.Rtp(1), SrtpOutcome.NoActiveKey);
        sender.Advance(At(9));
        sender.Protect(Packets.Rtp(1), SrtpOutcome.NoActiveKey);
        sender.Advance(At(10));
        sender.Protect(Packets.Rtp(1));
    }

    [Fact]
    public void AReceiverAcceptsEveryUnexpiredKeyAndRetiresTheRest()
    {
        using SrtpMasterKey first = Packets.Key(1, "00000001");
        using SrtpMasterKey second = Packets.Key(2, "00000002");
        using var sender = new SrtpSender(first, SrtpPolicy.GroupMedia);
        using var receiver = new SrtpReceiver(SrtpPolicy.GroupMedia, 4);
        Assert.True(receiver.TryAddKey(first, Life(0, 100)));
        Assert.True(receiver.TryAddKey(second, Life(50, 200)));
        Assert.Equal(At(100), receiver.NextDeadline);
        byte[] late = sender.Protect(Packets.Rtp(0xFFFE));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(Packets.Rtp(0xFFFF)), out _));
        sender.Rekey(second);
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(Packets.Rtp(0)), out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(late, out _));
        receiver.Advance(At(100));
        Assert.Equal(1, receiver.KeyCount);
        Assert.Equal(SrtpOutcome.UnknownMki, receiver.Unprotect(late, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(Packets.Rtp(1)), out _));
        receiver.Advance(At(200));
        Assert.Equal(0, receiver.KeyCount);
        Assert.True(receiver.NextDeadline.IsNever);
    }

    [Fact]
    public void AMissDisturbsNothing()
    {
        using SrtpMasterKey known = Packets.Key(1, "00000001");
        using SrtpMasterKey unknown = Packets.Key(2, "00000002");
        using var sender = new SrtpSender(known, SrtpPolicy.GroupMedia);
        using var stranger = new SrtpSender(unknown, SrtpPolicy.GroupMedia);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.GroupMedia, known);
        for (ushort sequence = 1; sequence < 50; sequence++)
        {
            Assert.Equal(SrtpOutcome.UnknownMki, receiver.Unprotect(stranger.Protect(Packets.Rtp((ushort)(sequence + 30000))), out _));
            Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(Packets.Rtp(sequence)), out _));
        }
    }

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void RetiredKeysAreZeroed(SrtpProfile profile)
    {
        foreach (int rate in (int[])[0, 4])
        {
            using SrtpMasterKey key = Packets.Key(1, "00000001", profile);
            SessionKeys session = SessionKeys.Derive(key, rate);
            SessionCipher rtp = session.Rtp(0);
            byte[] packet = Packets.Rtp(1);
            rtp.SealRtp(1, 1, packet, 12, new byte[profile.RtpTagLength_bytes()]);
            session.Dispose();
            Assert.Throws<ObjectDisposedException>(
                () => rtp.SealRtp(1, 2, Packets.Rtp(1), 12, new byte[profile.RtpTagLength_bytes()]));
            if (rtp is CounterModeSessionCipher counterMode)
                Assert.All(counterMode.Authentication.Inner.ToArray(), word => Assert.Equal(0u, word));
        }
    }

    [Fact]
    public void TheRingIsBoundedAndMkisHaveOneLength()
    {
        using SrtpMasterKey first = Packets.Key(1, "00000001");
        using SrtpMasterKey second = Packets.Key(2, "00000002");
        using SrtpMasterKey other = Packets.Key(3, "0003");
        using var sender = new SrtpSender(first, SrtpPolicy.GroupMedia with { MaxKeys = 1 });
        Assert.False(sender.TryAddKey(second, SrtpKeyLifetime.Unlimited));
        Assert.Throws<ArgumentException>(() => sender.TryAddKey(other, SrtpKeyLifetime.Unlimited));
    }

    private static Instant At(long milliseconds) => Instant.FromMilliseconds(milliseconds);

    private static SrtpKeyLifetime Life(long from, long to) => new(At(from), At(to));
}
