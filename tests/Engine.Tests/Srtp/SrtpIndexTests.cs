using System.Buffers.Binary;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Indexes a restarted sender must not repeat, and those a late joiner is told.</summary>
public sealed class SrtpIndexTests
{
    [Fact]
    public void ARestartedSenderResumesPastEverythingItMayHaveSent()
    {
        using SrtpMasterKey key = Packets.Key(1, "00000001");
        ulong rtpMark;
        uint rtcpMark;
        using (var sender = new SrtpSender(key, SrtpPolicy.GroupMedia))
        {
            Assert.True(sender.TryResume(Packets.Ssrc, 0xFFFE));
            Assert.Equal(SrtpOutcome.Ok, sender.ReserveIndexes(Packets.Ssrc, 4, out rtpMark));
            Assert.Equal(SrtpOutcome.Ok, sender.ReserveRtcpIndexes(Packets.Ssrc, 2, out rtcpMark));
            Assert.Equal(0xFFFDUL + 4, rtpMark);
            Assert.Equal(2u, rtcpMark);
            foreach (ushort sequence in (ushort[])[0xFFFE, 0xFFFF, 0, 1])
                sender.Protect(Packets.Rtp(sequence));
            sender.Protect(Packets.Rtp(2), SrtpOutcome.IndexNotReserved);
            sender.ProtectRtcp(Packets.Rtcp());
            sender.ProtectRtcp(Packets.Rtcp());
            sender.ProtectRtcp(Packets.Rtcp(), SrtpOutcome.IndexNotReserved);
            // A reservation is never taken back.
            Assert.Equal(SrtpOutcome.Ok, sender.ReserveIndexes(Packets.Ssrc, 0, out ulong same));
            Assert.Equal(rtpMark, same);
        }

        using var restarted = new SrtpSender(key, SrtpPolicy.GroupMedia);
        Assert.True(restarted.TryResume(Packets.Ssrc, rtpMark + 1));
        Assert.True(restarted.TryResumeRtcp(Packets.Ssrc, rtcpMark + 1));
        restarted.Protect(Packets.Rtp(1), SrtpOutcome.IndexNotIncreasing);
        byte[] packet = restarted.Protect(Packets.Rtp(2));
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(packet.Length - 4)));
        byte[] rtcp = restarted.ProtectRtcp(Packets.Rtcp());
        Assert.Equal(0x8000_0003, BinaryPrimitives.ReadUInt32BigEndian(rtcp.AsSpan(rtcp.Length - 8)));
        Assert.False(restarted.TryResume(Packets.Ssrc, rtpMark));
    }

    [Fact]
    public void AnUnknownFirstSequenceNumberIsAllowedFor()
    {
        using SrtpMasterKey key = Packets.Key();
        using var sender = new SrtpSender(key, SrtpPolicy.Control);
        Assert.Equal(SrtpOutcome.Ok, sender.ReserveIndexes(Packets.Ssrc, 10, out ulong mark));
        Assert.Equal(65535UL + 10, mark);
        sender.Protect(Packets.Rtp(0xFFFF));
    }

    [Fact]
    public void NearTheLimitsThereIsAWarningBeforeTheRefusal()
    {
        using SrtpMasterKey key = Packets.Key();
        using SrtpMasterKey next = Packets.Key(2);
        using var sender = new SrtpSender(key, SrtpPolicy.Control);
        Assert.False(sender.NearKeyLimit);
        sender.SkipTo(1, 0, (ulong)(0.95 * (1UL << 48)), 0);
        Assert.True(sender.NearKeyLimit);
        sender.Protect(Packets.Rtp(1, ssrc: 1));
        sender.Rekey(next);
        Assert.False(sender.NearKeyLimit);
        sender.SkipTo(1, 0, 0, (ulong)(0.95 * (1UL << 31)));
        Assert.True(sender.NearKeyLimit);

        using var resumed = new SrtpSender(key, SrtpPolicy.Control);
        Assert.True(resumed.TryResumeRtcp(1, (uint)(0.95 * (1UL << 31))));
        resumed.ProtectRtcp(Packets.Rtcp(1));
        Assert.True(resumed.NearKeyLimit);
    }

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void ASignalledRolloverCounterLetsALateJoinerIn(SrtpProfile profile)
    {
        using SrtpMasterKey key = Packets.Key(1, "", profile);
        using var sender = new SrtpSender(key, new SrtpPolicy(profile));
        using SrtpReceiver receiver = Packets.Receiver(new SrtpPolicy(profile), key);
        Assert.True(sender.TryResume(Packets.Ssrc, (7UL << 16) + 40000));
        byte[] packet = sender.Protect(Packets.Rtp(40000));
        Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.Unprotect(packet, out _));
        Assert.True(receiver.SetRoc(Packets.Ssrc, 8));
        Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.Unprotect(packet, out _));
        Assert.True(receiver.SetRoc(Packets.Ssrc, 7));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(Packets.Rtp(40001)), out _));
    }

    [Fact]
    public void NearAWrapTheIndexSettlesWhichSideAPacketIsOn()
    {
        using SrtpMasterKey key = Packets.Key();
        using var sender = new SrtpSender(key, SrtpPolicy.Control);
        sender.TryResume(Packets.Ssrc, 0xFFFE);
        byte[] before = sender.Protect(Packets.Rtp(0xFFFF));
        byte[] after = sender.Protect(Packets.Rtp(0));
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.Control, key);
        // Signalled just after the wrap, but a packet from before it arrives first.
        Assert.True(receiver.SetIndex(Packets.Ssrc, 1UL << 16));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(before, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(after, out _));
    }

    [Fact]
    public void AnnouncedSsrcsAreBounded()
    {
        using var receiver = new SrtpReceiver(SrtpPolicy.Control with { MaxStreams = 2 }, 0);
        Assert.True(receiver.SetRoc(1, 5));
        Assert.True(receiver.SetRoc(2, 5));
        Assert.False(receiver.SetRoc(3, 5));
        Assert.True(receiver.SetRoc(2, 6));
    }
}
