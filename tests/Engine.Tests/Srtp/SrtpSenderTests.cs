using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Rtp;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class SrtpSenderTests
{
    [Fact]
    public void ASequenceNumberAtOrBeforeTheLastIsRefusedAndNothingIsWritten()
    {
        using SrtpMasterKey key = Packets.Key();
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        sender.Protect(Packets.Rtp(100));
        byte[] again = Packets.Rtp(100);
        byte[] buffer = [.. again, .. new byte[20]];
        Assert.Equal(SrtpOutcome.IndexNotIncreasing, sender.Protect(buffer, again.Length, out int length));
        Assert.Equal(0, length);
        Assert.Equal([.. again, .. new byte[20]], buffer);
        sender.Protect(Packets.Rtp(99), SrtpOutcome.IndexNotIncreasing);
        sender.Protect(Packets.Rtp(101));
    }

    [Fact]
    public void NoIndexIsProtectedTwiceWhateverTheSequenceNumbers() =>
        Prop.ForAll<short[], ushort>((steps, start) =>
        {
            using SrtpMasterKey key = Packets.Key();
            using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
            ushort sequence = start;
            long highest = -1;
            foreach (short step in steps)
            {
                sequence = (ushort)(sequence + step);
                byte[] packet = Packets.Rtp(sequence);
                byte[] buffer = [.. packet, .. new byte[sender.MaxOverhead_bytes]];
                SrtpOutcome outcome = sender.Protect(buffer, packet.Length, out int length);
                // The nearest index with this sequence number; refused unless beyond the highest.
                long nearest = sequence;
                if (highest >= 0)
                {
                    nearest = highest - (highest & 0xFFFF) + sequence;
                    nearest += nearest - highest > 32767 ? -65536 : nearest - highest < -32768 ? 65536 : 0;
                }
                if (outcome != (nearest > highest ? SrtpOutcome.Ok : SrtpOutcome.IndexNotIncreasing))
                    return false;
                if (outcome != SrtpOutcome.Ok)
                    continue;
                long sent = (long)BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(length - 4)) << 16 | sequence;
                if (sent != nearest)
                    return false;
                highest = sent;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void EachSsrcHasItsOwnIndexes()
    {
        using SrtpMasterKey key = Packets.Key();
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        sender.Protect(Packets.Rtp(500, ssrc: 1));
        sender.Protect(Packets.Rtp(3, ssrc: 2));
        Assert.Equal(1u, RtcpIndex(sender.ProtectRtcp(Packets.Rtcp(1)), key));
        Assert.Equal(1u, RtcpIndex(sender.ProtectRtcp(Packets.Rtcp(2)), key));
        Assert.Equal(2u, RtcpIndex(sender.ProtectRtcp(Packets.Rtcp(1)), key));
    }

    [Fact]
    public void OneSsrcMoreThanThePolicyAllowsIsRefused()
    {
        using SrtpMasterKey key = Packets.Key();
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia with { MaxStreams = 1 });
        sender.Protect(Packets.Rtp(1, ssrc: 1));
        sender.Protect(Packets.Rtp(1, ssrc: 2), SrtpOutcome.StreamLimit);
        sender.ProtectRtcp(Packets.Rtcp(2), SrtpOutcome.StreamLimit);
    }

    [Fact]
    public void TheLastIndexIsUsedAndNoneAfterIt()
    {
        using SrtpMasterKey key = Packets.Key();
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        sender.SkipTo(Packets.Ssrc, ExtendedSequence.MaxIndex - 1, 0, 0);
        sender.Protect(Packets.Rtp(0xFFFF));
        sender.Protect(Packets.Rtp(0), SrtpOutcome.IndexExhausted);
    }

    [Fact]
    public void TheKeysPacketLimitsHoldOverAllSsrcs()
    {
        using SrtpMasterKey key = Packets.Key();
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        sender.SkipTo(1, 0, (1UL << 48) - 1, (1UL << 31) - 1);
        sender.Protect(Packets.Rtp(1, ssrc: 2));
        sender.Protect(Packets.Rtp(2, ssrc: 3), SrtpOutcome.IndexExhausted);
        sender.ProtectRtcp(Packets.Rtcp(2));
        sender.ProtectRtcp(Packets.Rtcp(3), SrtpOutcome.IndexExhausted);

        using SrtpMasterKey next = Packets.Key(seed: 2);
        sender.Rekey(next);
        sender.Protect(Packets.Rtp(2, ssrc: 3));
        sender.ProtectRtcp(Packets.Rtcp(3));
    }

    [Fact]
    public void TheSrtcpIndexEndsAtThirtyOneBits()
    {
        using SrtpMasterKey key = Packets.Key();
        using var sender = new SrtpSender(key, SrtpPolicy.Control);
        Assert.True(sender.TryResumeRtcp(Packets.Ssrc, 0x7FFF_FFFF));
        Assert.Equal(0x7FFF_FFFFu, RtcpIndex(sender.ProtectRtcp(Packets.Rtcp()), key));
        sender.ProtectRtcp(Packets.Rtcp(), SrtpOutcome.IndexExhausted);
    }

    [Fact]
    public void AResumedSrtcpIndexNeverGoesBack()
    {
        using SrtpMasterKey key = Packets.Key();
        using var sender = new SrtpSender(key, SrtpPolicy.Control);
        Assert.True(sender.TryResumeRtcp(Packets.Ssrc, 1000));
        Assert.Equal(1000u, RtcpIndex(sender.ProtectRtcp(Packets.Rtcp()), key));
        Assert.False(sender.TryResumeRtcp(Packets.Ssrc, 1000));
        Assert.Equal(1001u, RtcpIndex(sender.ProtectRtcp(Packets.Rtcp()), key));
    }

    [Fact]
    public void IndexesRunOnOverARekey()
    {
        using SrtpMasterKey first = Packets.Key(1, "00000001");
        using SrtpMasterKey second = Packets.Key(2, "00000002");
        using var sender = new SrtpSender(first, SrtpPolicy.GroupMedia);
        sender.Protect(Packets.Rtp(0xFFFF));
        sender.Protect(Packets.Rtp(0));
        sender.ProtectRtcp(Packets.Rtcp());
        sender.Rekey(second);
        byte[] packet = sender.Protect(Packets.Rtp(1));
        Assert.Equal("0000000200000001", Convert.ToHexString(packet[^8..]));
        Assert.Equal(2u, RtcpIndex(sender.ProtectRtcp(Packets.Rtcp()), second));
    }

    [Fact]
    public void OverheadIsNeverMoreThanAnnouncedAndAShortBufferIsRefused()
    {
        using SrtpMasterKey key = Packets.Key(1, "00112233445566778899aabbccddeeff");
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        byte[] rtp = Packets.Rtp(1);
        byte[] rtcp = Packets.Rtcp();
        Assert.Equal(36, sender.MaxOverhead_bytes);
        Assert.Equal(SrtpOutcome.BufferTooSmall, sender.Protect(new byte[rtp.Length + 35].With(rtp), rtp.Length, out _));
        Assert.Equal(SrtpOutcome.BufferTooSmall, sender.ProtectRtcp(new byte[rtcp.Length + 35].With(rtcp), rtcp.Length, out _));
        Assert.Equal(rtp.Length + 36, sender.Protect(rtp).Length);
        Assert.Equal(rtcp.Length + 36, sender.ProtectRtcp(rtcp).Length);
    }

    [Fact]
    public void WhatIsNoRtpIsRefused()
    {
        using SrtpMasterKey key = Packets.Key();
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        Assert.Equal(SrtpOutcome.Malformed, sender.Protect(new byte[100], 11, out _));
        Assert.Equal(SrtpOutcome.Malformed, sender.Protect(new byte[100], 50, out _));
        Assert.Equal(SrtpOutcome.Malformed, sender.ProtectRtcp(new byte[100], 50, out _));
    }

    [Fact]
    public void AKeyOfAnotherProfileIsAProgrammersError()
    {
        using SrtpMasterKey key = Packets.Key(profile: SrtpProfile.AeadAes256Gcm);
        Assert.Throws<ArgumentException>(() => new SrtpSender(key, SrtpPolicy.GroupMedia));
    }

    [Fact]
    public void ADisposedSenderRefusesToWork()
    {
        using SrtpMasterKey key = Packets.Key();
        var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        sender.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sender.Protect(Packets.Rtp(1)));
    }

    private static uint RtcpIndex(byte[] packet, SrtpMasterKey key)
    {
        uint word = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(packet.Length - key.Mki.Length - 4));
        Assert.True((word & 0x8000_0000) != 0, "E bit");
        return word & 0x7FFF_FFFF;
    }
}
