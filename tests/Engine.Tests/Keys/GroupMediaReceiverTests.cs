using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Engine.Tests.Srtp;
using MediaEngine.Keys;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>Not in parallel with others: one test looks at the whole process's memory.</summary>
[Collection(nameof(Alone))]
public sealed class GroupMediaReceiverTests
{
    [Fact]
    public void AnyMemberIsUnderstoodOnFirstSight()
    {
        using GroupMasterKey key = GroupKeys.Published();
        using var receiver = new GroupMediaReceiver(SrtpPolicy.GroupMedia);
        receiver.AddGroupKey(key);
        foreach (string user in new[] { "sip:alice@example.org", "sip:bob@example.org" })
        {
            KeyIdentifier gukId = key.GukIdFor(user);
            using SrtpSender sender = key.Sender(gukId);
            for (ushort sequence = 0xFFFE; sequence != 3; sequence++)
            {
                byte[] packet = sender.Protect(Packets.Rtp(sequence));
                Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out byte[] rtp, out KeyIdentifier from));
                Assert.Equal(Packets.Rtp(sequence), rtp);
                Assert.Equal(gukId, from);
                Assert.Equal(SrtpOutcome.Replayed, receiver.Unprotect(packet, out _, out from));
                Assert.Equal(default, from);
            }
        }
        Assert.Equal(2, receiver.SenderCount);
    }

    [Fact]
    public void SprayedIdentifiersLeaveNothingBehind()
    {
        using GroupMasterKey key = GroupKeys.Published();
        using var receiver = new GroupMediaReceiver(SrtpPolicy.GroupMedia, maxSenders: 2);
        receiver.AddGroupKey(key);
        using SrtpSender sender = key.Sender(key.GukIdFor("sip:alice@example.org"));
        byte[] packet = sender.Protect(Packets.Rtp(1));
        byte[] forged = new byte[packet.Length];
        byte[] destination = new byte[packet.Length];
        Spray(0, 500);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Spray(500, 10_000);
        // One key kept for each would be more than 5 MB.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 1 << 20);
        Assert.Equal(0, receiver.SenderCount);
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out _, out _));

        void Spray(uint from, uint to)
        {
            for (uint i = from; i < to; i++)
            {
                packet.CopyTo(forged, 0);
                BinaryPrimitives.WriteUInt32BigEndian(forged.AsSpan(forged.Length - 8), i);
                if (receiver.Unprotect(forged, destination, out _, out _) != SrtpOutcome.AuthenticationFailed)
                    throw new InvalidOperationException("A forged packet was taken.");
            }
        }
    }

    [Fact]
    public void AForgedFirstPacketDoesNotBlockTheMemberItNames()
    {
        using GroupMasterKey key = GroupKeys.Published();
        using var receiver = new GroupMediaReceiver(SrtpPolicy.GroupMedia);
        receiver.AddGroupKey(key);
        using SrtpSender sender = key.Sender(key.GukIdFor("sip:alice@example.org"));
        byte[] packet = sender.Protect(Packets.Rtp(1));
        byte[] forged = [.. packet];
        forged[14] ^= 1;
        for (int i = 0; i < 100; i++)
            Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.Unprotect(forged, out _, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out _, out _));
    }

    [Fact]
    public void OneSenderMoreThanAllowedIsRefusedAndTheOthersGoOn()
    {
        using GroupMasterKey key = GroupKeys.Published();
        using var receiver = new GroupMediaReceiver(SrtpPolicy.GroupMedia, maxSenders: 1);
        receiver.AddGroupKey(key);
        using SrtpSender alice = key.Sender(key.GukIdFor("sip:alice@example.org"));
        using SrtpSender bob = key.Sender(key.GukIdFor("sip:bob@example.org"));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(alice.Protect(Packets.Rtp(1)), out _, out _));
        Assert.Equal(SrtpOutcome.StreamLimit, receiver.Unprotect(bob.Protect(Packets.Rtp(1)), out _, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(alice.Protect(Packets.Rtp(2)), out _, out _));
    }

    [Fact]
    public void ARemovedGroupKeyTakesItsSendersAlong()
    {
        using GroupMasterKey first = GroupKeys.Published();
        using GroupMasterKey second = GroupKeys.Published("00000002");
        using var receiver = new GroupMediaReceiver(SrtpPolicy.GroupMedia);
        receiver.AddGroupKey(first);
        receiver.AddGroupKey(second);
        using SrtpSender inFirst = first.Sender(first.GukIdFor("sip:alice@example.org"));
        using SrtpSender inSecond = second.Sender(second.GukIdFor("sip:alice@example.org"));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(inFirst.Protect(Packets.Rtp(1)), out _, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(inSecond.Protect(Packets.Rtp(1)), out _, out _));
        Assert.True(receiver.RemoveGroupKey(first.Id));
        Assert.False(receiver.RemoveGroupKey(first.Id));
        Assert.Equal(1, receiver.SenderCount);
        Assert.Equal(SrtpOutcome.UnknownMki, receiver.Unprotect(inFirst.Protect(Packets.Rtp(2)), out _, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(inSecond.Protect(Packets.Rtp(2)), out _, out _));
    }

    [Fact]
    public void TheSameKeyAgainKeepsTheReplayListsAndAnotherKeyReplacesIt()
    {
        using GroupMasterKey key = GroupKeys.Published();
        using GroupMasterKey same = GroupKeys.Published();
        using var other = new GroupMasterKey(key.Id, new byte[16], new byte[16]);
        using var receiver = new GroupMediaReceiver(SrtpPolicy.GroupMedia);
        receiver.AddGroupKey(key);
        using SrtpSender alice = key.Sender(key.GukIdFor("sip:alice@example.org"));
        byte[] packet = alice.Protect(Packets.Rtp(1));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out _, out _));
        receiver.AddGroupKey(same);
        Assert.Equal(SrtpOutcome.Replayed, receiver.Unprotect(packet, out _, out _));
        receiver.AddGroupKey(other);
        Assert.Equal(0, receiver.SenderCount);
        Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.Unprotect(alice.Protect(Packets.Rtp(2)), out _, out _));
    }

    [Fact]
    public void WhatIsNoGukIdIsRefusedUnderived()
    {
        using GroupMasterKey key = GroupKeys.Published();
        using var receiver = new GroupMediaReceiver(SrtpPolicy.GroupMedia);
        receiver.AddGroupKey(key);
        using SrtpSender sender = key.Sender(new KeyIdentifier(0x30000000));
        Assert.Equal(SrtpOutcome.UnknownMki, receiver.Unprotect(sender.Protect(Packets.Rtp(1)), out _, out _));
    }

    [Fact]
    public void RandomOctetsNeverThrowAndAreNeverTaken()
    {
        using GroupMasterKey key = GroupKeys.Published();
        using var receiver = new GroupMediaReceiver(SrtpPolicy.GroupMedia);
        receiver.AddGroupKey(key);
        Prop.ForAll<byte[]>(octets =>
        {
            byte[] packet = octets;
            if (packet.Length > 20)
            {
                packet[0] = (byte)(0x80 | packet[0] & 0x3F);
                key.Id.Write(packet.AsSpan(packet.Length - 12));
            }
            return receiver.Unprotect(packet, out _, out _) != SrtpOutcome.Ok && receiver.SenderCount == 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(200));
    }

    [Fact]
    public void NothingIsAllocatedPerPacketOfAKnownSender()
    {
        using GroupMasterKey key = GroupKeys.Published();
        using var receiver = new GroupMediaReceiver(SrtpPolicy.GroupMedia);
        receiver.AddGroupKey(key);
        using SrtpSender sender = key.Sender(key.GukIdFor("sip:alice@example.org"));
        byte[][] packets = [.. Enumerable.Range(0, 8200).Select(i => sender.Protect(Packets.Rtp((ushort)i)))];
        int next = 0;
        Run(200);
        Assert.Equal(0, Allocation.Least_bytes(() => Run(2000)));

        void Run(int count)
        {
            for (int i = 0; i < count; i++, next++)
            {
                if (receiver.Unprotect(packets[next].AsSpan(), packets[next], out _, out _) != SrtpOutcome.Ok)
                    throw new InvalidOperationException("A packet was lost.");
            }
        }
    }
}
