using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class SrtpReceiverTests
{
    private const string Mki = "0000000a";

    [Fact]
    public void EveryTruncationIsMalformedOrRefusedAndNothingIsLearned()
    {
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.GroupMedia, key);
        byte[] rtp = sender.Protect(Packets.Rtp(7));
        byte[] rtcp = sender.ProtectRtcp(Packets.Rtcp());
        for (int length = 0; length < rtp.Length; length++)
            Assert.NotEqual(SrtpOutcome.Ok, receiver.Unprotect(rtp[..length], out _));
        for (int length = 0; length < rtcp.Length; length++)
            Assert.NotEqual(SrtpOutcome.Ok, receiver.UnprotectRtcp(rtcp[..length], out _));
        Assert.Equal(SrtpOutcome.Malformed, receiver.Unprotect(rtp[..(12 + 16 + 4 + 3)], out _));
        Assert.Equal(SrtpOutcome.Malformed, receiver.UnprotectRtcp(rtcp[..(8 + 16 + 4 + 3)], out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(rtp, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(rtcp, out _));
    }

    [Fact]
    public void AnEmptyPayloadIsProtectedToo()
    {
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.GroupMedia, key);
        byte[] rtp = Packets.Rtp(1, payload_bytes: 0);
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(rtp), out byte[] plain));
        Assert.Equal(rtp, plain);
        byte[] rtcp = Packets.Rtcp()[..8];
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(sender.ProtectRtcp(rtcp), out plain));
        Assert.Equal(rtcp, plain);
    }

    [Fact]
    public void SrtpAndSrtcpHaveSeparateReplayLists()
    {
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.GroupMedia, key);
        byte[] rtp = sender.Protect(Packets.Rtp(1));
        byte[] rtcp = sender.ProtectRtcp(Packets.Rtcp());
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(rtp, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(rtcp, out _));
        Assert.Equal(SrtpOutcome.Replayed, receiver.Unprotect(rtp, out _));
        Assert.Equal(SrtpOutcome.Replayed, receiver.UnprotectRtcp(rtcp, out _));
    }

    [Fact]
    public void AnIndexBeforeTheWindowIsTooOld()
    {
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtpSender(key, SrtpPolicy.Control);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.Control, key);
        byte[] first = sender.Protect(Packets.Rtp(1));
        byte[] second = sender.Protect(Packets.Rtp(2));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(Packets.Rtp(1025)), out _));
        Assert.Equal(SrtpOutcome.TooOld, receiver.Unprotect(first, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(second, out _));
    }

    [Fact]
    public void KeysAreToldApartByMki()
    {
        using SrtpMasterKey a = Packets.Key(1, "0000000a");
        using SrtpMasterKey b = Packets.Key(2, "0000000b");
        using var senderA = new SrtpSender(a, SrtpPolicy.GroupMedia);
        using var senderB = new SrtpSender(b, SrtpPolicy.GroupMedia);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.GroupMedia, a);
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(senderA.Protect(Packets.Rtp(1)), out _));
        Assert.Equal(SrtpOutcome.UnknownMki, receiver.Unprotect(senderB.Protect(Packets.Rtp(1)), out _));
        Assert.True(receiver.TryAddKey(b));
        Assert.False(receiver.TryAddKey(b));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(senderB.Protect(Packets.Rtp(2)), out _));
        Assert.True(receiver.RemoveKey(a.Mki));
        Assert.False(receiver.RemoveKey(a.Mki));
        Assert.Equal(SrtpOutcome.UnknownMki, receiver.Unprotect(senderA.Protect(Packets.Rtp(2)), out _));
    }

    [Fact]
    public void AnotherKeysMkiFailsToAuthenticate()
    {
        using SrtpMasterKey a = Packets.Key(1, "0000000a");
        using SrtpMasterKey b = Packets.Key(2, "0000000b");
        using var sender = new SrtpSender(a, SrtpPolicy.Control);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.Control, a, b);
        byte[] packet = sender.Protect(Packets.Rtp(1));
        byte[] swapped = [.. packet];
        swapped[^1] = 0x0B;
        Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.Unprotect(swapped, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    public void MkisOfEveryLengthWork(int mkiLength)
    {
        string mki = new('f', 2 * mkiLength);
        using SrtpMasterKey key = Packets.Key(1, mki);
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.GroupMedia, key);
        byte[] rtp = sender.Protect(Packets.Rtp(1));
        byte[] rtcp = sender.ProtectRtcp(Packets.Rtcp());
        Assert.True(SrtpReceiver.TryReadMki(rtp, mkiLength, rocPresent: true, out ReadOnlySpan<byte> read));
        Assert.Equal(mki, Convert.ToHexStringLower(read));
        Assert.True(SrtpReceiver.TryReadRtcpMki(rtcp, mkiLength, out read));
        Assert.Equal(mki, Convert.ToHexStringLower(read));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(rtp, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(rtcp, out _));
    }

    [Fact]
    public void TheRolloverCounterIsCarriedInEveryRthPacketOnly()
    {
        SrtpPolicy policy = SrtpPolicy.GroupMedia with { RocTransmissionRate = 4 };
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtpSender(key, policy);
        using SrtpReceiver receiver = Packets.Receiver(policy, key);
        sender.Protect(Packets.Rtp(0xFFFF));
        byte[] zero = sender.Protect(Packets.Rtp(0));
        byte[] one = sender.Protect(Packets.Rtp(1));
        Assert.Equal(zero.Length - 4, one.Length);
        Assert.Equal("0000000a00000001", Convert.ToHexStringLower(zero[^8..]));

        // A late joiner cannot place packet 1 (ROC 1) until packet 0 has told him the counter.
        Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.Unprotect(one, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(zero, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(one, out _));
    }

    [Fact]
    public void AForgedRolloverCounterBreaksOnlyItsOwnPacket()
    {
        SrtpPolicy policy = SrtpPolicy.GroupMedia with { RocTransmissionRate = 2 };
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtpSender(key, policy);
        using SrtpReceiver receiver = Packets.Receiver(policy, key);
        byte[] packet = sender.Protect(Packets.Rtp(2));
        byte[] forged = [.. packet];
        BinaryPrimitives.WriteUInt32BigEndian(forged.AsSpan(forged.Length - 4), 0xFFFF_FFFF);
        Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.Unprotect(forged, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(Packets.Rtp(3)), out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheRolloverCounterRunsOnOverARekeyOfTheSameSsrc(bool oldKeyRemoved)
    {
        using SrtpMasterKey first = Packets.Key(1, "00000001");
        using SrtpMasterKey second = Packets.Key(2, "00000002");
        using var sender = new SrtpSender(first, SrtpPolicy.Control);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.Control, first, second);
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(Packets.Rtp(0xFFFF)), out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(Packets.Rtp(0)), out _));
        sender.Rekey(second);
        if (oldKeyRemoved)
            Assert.True(receiver.RemoveKey(first.Mki));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(Packets.Rtp(1)), out _));
    }

    [Fact]
    public void MembersUsingTheSameSsrcUnderTheirOwnKeysDoNotDisturbOneAnother()
    {
        using SrtpMasterKey a = Packets.Key(1, "00000001");
        using SrtpMasterKey b = Packets.Key(2, "00000002");
        using var senderA = new SrtpSender(a, SrtpPolicy.GroupMedia);
        using var senderB = new SrtpSender(b, SrtpPolicy.GroupMedia);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.GroupMedia, a, b);
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(senderA.Protect(Packets.Rtp(5)), out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(senderB.Protect(Packets.Rtp(30000)), out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(senderB.Protect(Packets.Rtp(60000)), out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(senderA.Protect(Packets.Rtp(6)), out _));
    }

    [Fact]
    public void OneSsrcMoreThanThePolicyAllowsIsRefusedUntilItsKeyGoes()
    {
        SrtpPolicy policy = SrtpPolicy.Control with { MaxStreams = 2 };
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtpSender(key, SrtpPolicy.Control);
        using SrtpReceiver receiver = Packets.Receiver(policy, key);
        byte[][] rtp = [.. Enumerable.Range(1, 3).Select(ssrc => sender.Protect(Packets.Rtp(1, (uint)ssrc)))];
        byte[][] rtcp = [.. Enumerable.Range(1, 3).Select(ssrc => sender.ProtectRtcp(Packets.Rtcp((uint)ssrc)))];
        SrtpOutcome[] expected = [SrtpOutcome.Ok, SrtpOutcome.Ok, SrtpOutcome.StreamLimit];
        Assert.Equal(expected, rtp.Select(packet => receiver.Unprotect(packet, out _)));
        Assert.Equal(expected, rtcp.Select(packet => receiver.UnprotectRtcp(packet, out _)));
        Assert.True(receiver.RemoveKey(key.Mki));
        Assert.True(receiver.TryAddKey(key));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(rtp[2], out _));
    }

    [Fact]
    public void ForgedSsrcsTakeNoPlace()
    {
        SrtpPolicy policy = SrtpPolicy.Control with { MaxStreams = 1 };
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtpSender(key, SrtpPolicy.Control);
        using SrtpReceiver receiver = Packets.Receiver(policy, key);
        byte[] packet = sender.Protect(Packets.Rtp(1));
        for (uint ssrc = 1; ssrc < 50; ssrc++)
        {
            byte[] forged = [.. packet];
            BinaryPrimitives.WriteUInt32BigEndian(forged.AsSpan(8), ssrc);
            Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.Unprotect(forged, out _));
        }
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out _));
    }

    [Fact]
    public void AProvisionalKeyJoinsTheRingOnlyWhenItsPacketAuthenticates()
    {
        using SrtpMasterKey right = Packets.Key(1, Mki);
        using SrtpMasterKey wrong = Packets.Key(2, Mki);
        using SrtpMasterKey other = Packets.Key(1, "0000000b");
        using var sender = new SrtpSender(right, SrtpPolicy.GroupMedia);
        using var receiver = new SrtpReceiver(SrtpPolicy.GroupMedia, 4);
        byte[] packet = sender.Protect(Packets.Rtp(1));
        byte[] plain = new byte[packet.Length];
        Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.UnprotectProvisional(wrong, packet, plain, out _));
        Assert.Equal(SrtpOutcome.UnknownMki, receiver.UnprotectProvisional(other, packet, plain, out _));
        Assert.Equal(SrtpOutcome.UnknownMki, receiver.Unprotect(packet, out _));
        Assert.Equal(0, receiver.KeyCount);
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectProvisional(right, packet, plain, out int length));
        Assert.Equal(Packets.Rtp(1), plain[..length]);
        Assert.Equal(SrtpOutcome.Replayed, receiver.UnprotectProvisional(wrong, packet, plain, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(Packets.Rtp(2)), out _));
    }

    [Fact]
    public void TheRingIsBounded()
    {
        using var receiver = new SrtpReceiver(SrtpPolicy.GroupMedia with { MaxKeys = 1 }, 4);
        using SrtpMasterKey a = Packets.Key(1, "00000001");
        using SrtpMasterKey b = Packets.Key(2, "00000002");
        using var sender = new SrtpSender(b, SrtpPolicy.GroupMedia);
        Assert.True(receiver.TryAddKey(a));
        Assert.False(receiver.TryAddKey(b));
        byte[] packet = sender.Protect(Packets.Rtp(1));
        Assert.Equal(SrtpOutcome.StreamLimit, receiver.UnprotectProvisional(b, packet, new byte[100], out _));
    }

    [Fact]
    public void DecryptsInPlaceAndIntoMemoryApart()
    {
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.GroupMedia, key);
        byte[] packet = sender.Protect(Packets.Rtp(1));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, packet, out int length));
        Assert.Equal(Packets.Rtp(1), packet[..length]);
        byte[] rtcp = sender.ProtectRtcp(Packets.Rtcp());
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(rtcp, rtcp, out length));
        Assert.Equal(Packets.Rtcp(), rtcp[..length]);
        byte[] shifted = [0, .. sender.Protect(Packets.Rtp(2))];
        Assert.Throws<ArgumentException>(() => receiver.Unprotect(shifted.AsSpan(1), shifted, out _));
        byte[] tight = new byte[31];
        Assert.Equal(SrtpOutcome.BufferTooSmall, receiver.Unprotect(shifted.AsSpan(1), tight, out _));
        byte[] exact = new byte[32];
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(shifted.AsSpan(1), exact, out _));
    }

    [Fact]
    public void WhatDoesNotAuthenticateLeavesNoPlaintext()
    {
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.GroupMedia, key);
        byte[] rtp = sender.Protect(Packets.Rtp(1, payload_bytes: 333));
        rtp[12 + 333] ^= 1;
        byte[] destination = [.. Enumerable.Repeat((byte)0xEE, rtp.Length)];
        Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.Unprotect(rtp, destination, out int length));
        Assert.Equal(0, length);
        Assert.All(destination[12..(12 + 333)], octet => Assert.Equal(0, octet));
        Assert.All(destination[(12 + 333)..], octet => Assert.Equal(0xEE, octet));

        byte[] rtcp = sender.ProtectRtcp(Packets.Rtcp());
        rtcp[9] ^= 1;
        Array.Fill(destination, (byte)0xEE);
        Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.UnprotectRtcp(rtcp, destination, out length));
        Assert.All(destination[8..24], octet => Assert.Equal(0, octet));
    }

    [Fact]
    public void TheMasterKeyMayBeDisposedOnceHandedOver()
    {
        SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.GroupMedia, key);
        key.Dispose();
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(sender.Protect(Packets.Rtp(1)), out _));
        using var other = new SrtpReceiver(SrtpPolicy.GroupMedia, 4);
        Assert.Throws<ObjectDisposedException>(() => other.TryAddKey(key).ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void RandomOctetsNeverThrowAndAreNeverTaken(int rocTransmissionRate)
    {
        using SrtpMasterKey key = Packets.Key(1, "");
        SrtpPolicy policy = SrtpPolicy.Control with
        {
            RocTransmissionRate = rocTransmissionRate,
            AcceptUnencryptedRtcp = true,
        };
        using SrtpReceiver receiver = Packets.Receiver(policy, key);
        Prop.ForAll<byte[], byte>((octets, packetType) =>
        {
            if (octets.Length > 1)
            {
                octets[0] = (byte)(0x80 | octets[0] & 0x3F);
                octets[1] = packetType;
            }
            return receiver.Unprotect(octets, out _) != SrtpOutcome.Ok &&
                receiver.UnprotectRtcp(octets, out _) != SrtpOutcome.Ok;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(200));
    }

    [Theory]
    [InlineData(-1, 1024, 64)]
    [InlineData(0, 63, 64)]
    [InlineData(0, 32769, 64)]
    [InlineData(0, 1024, 0)]
    public void APolicyOutOfRangeIsAProgrammersError(int rate, int window, int streams) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new SrtpReceiver(new SrtpPolicy(SrtpProfile.AeadAes128Gcm, rate, window, streams), 4));
}
