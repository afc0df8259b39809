using System.Buffers.Binary;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class SrtpAllocationTests
{
    private const int Packets_count = 70_000;

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm, 1, 0)]
    [InlineData(SrtpProfile.AeadAes256Gcm, 1, 0)]
    [InlineData(SrtpProfile.AeadAes128Gcm, 1, 2)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1_80, 1, 0)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1_32, 0, 0)]
    [InlineData(SrtpProfile.Aes256CmHmacSha1_80, 0, 2)]
    [InlineData(SrtpProfile.Aes256CmHmacSha1_32, 0, 0)]
    public void SrtpAllocatesNothingPerPacket(SrtpProfile profile, int rocTransmissionRate, int keyDerivationRate)
    {
        using SrtpMasterKey key = Packets.Key(1, "0102030405060708", profile);
        var policy = new SrtpPolicy(profile, rocTransmissionRate) { KeyDerivationRate = keyDerivationRate };
        using var sender = new SrtpSender(key, policy);
        using SrtpReceiver receiver = Packets.Receiver(policy, key);
        byte[] buffer = new byte[300];
        byte[] plain = new byte[300];
        Packets.Rtp(0, payload_bytes: 160).CopyTo(plain, 0);
        ushort sequence = 0;
        Assert.Equal(0, Allocation.Least_bytes(() => Run(Packets_count)));

        void Run(int count)
        {
            for (int i = 0; i < count; i++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(plain.AsSpan(2), sequence++);
                plain.AsSpan(0, 172).CopyTo(buffer);
                if (sender.Protect(buffer, 172, out int length) != SrtpOutcome.Ok ||
                    receiver.Unprotect(buffer.AsSpan(0, length), buffer, out _) != SrtpOutcome.Ok)
                    throw new InvalidOperationException("A packet was lost.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void SrtcpAllocatesNothingPerPacket(SrtpProfile profile)
    {
        using SrtpMasterKey key = Packets.Key(1, "01020304", profile);
        using var sender = new SrtpSender(key, new SrtpPolicy(profile));
        using SrtpReceiver receiver = Packets.Receiver(new SrtpPolicy(profile), key);
        byte[] plain = Packets.Rtcp();
        byte[] buffer = new byte[100];
        Assert.Equal(0, Allocation.Least_bytes(() => Run(Packets_count)));

        void Run(int count)
        {
            for (int i = 0; i < count; i++)
            {
                plain.CopyTo(buffer, 0);
                if (sender.ProtectRtcp(buffer, plain.Length, out int length) != SrtpOutcome.Ok ||
                    receiver.UnprotectRtcp(buffer.AsSpan(0, length), buffer, out _) != SrtpOutcome.Ok)
                    throw new InvalidOperationException("A packet was lost.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void FanOutAndBatchesAllocateNothing(SrtpProfile profile)
    {
        const int Keys = 40;
        const int Stride_bytes = 256;
        SrtpMasterKey[] keys = [.. Enumerable.Range(0, Keys).Select(i => Packets.Key((byte)i, $"000000{i:x2}", profile))];
        var policy = new SrtpPolicy(profile);
        SrtpSender[] senders = [.. keys.Select(key => new SrtpSender(key, policy))];
        using SrtpReceiver receiver = Packets.Receiver(policy, keys);
        var fanOut = new SrtpFanOut();
        byte[] packet = Packets.Rtp(0, payload_bytes: 160);
        byte[] memory = new byte[Keys * Stride_bytes];
        int[] lengths = new int[Keys];
        var outcomes = new SrtpOutcome[Keys];
        var items = new SrtpBatchItem[Keys];
        ushort sequence = 0;
        Assert.Equal(0, Allocation.Least_bytes(() =>
        {
            for (int round = 0; round < 500; round++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence++);
                if (fanOut.Protect(senders, packet, memory, Stride_bytes, lengths, outcomes) != Keys)
                    throw new InvalidOperationException("A packet was lost.");
                for (int i = 0; i < Keys; i++)
                    items[i] = new SrtpBatchItem(i * Stride_bytes, lengths[i]);
                if (receiver.UnprotectBatch(memory, items) != Keys)
                    throw new InvalidOperationException("A packet was lost.");
            }
        }));
        foreach (SrtpSender sender in senders)
            sender.Dispose();
        foreach (SrtpMasterKey key in keys)
            key.Dispose();
    }
}
