using System.Buffers.Binary;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class SrtpAllocationTests
{
    private const int Packets_count = 100_000;

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AeadAes256Gcm)]
    public void SrtpAllocatesNothingPerPacket(SrtpProfile profile)
    {
        using SrtpMasterKey key = Packets.Key(1, "0102030405060708", profile);
        var policy = new SrtpPolicy(profile, RocTransmissionRate: 1);
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

    [Fact]
    public void SrtcpAllocatesNothingPerPacket()
    {
        using SrtpMasterKey key = Packets.Key(1, "01020304");
        using var sender = new SrtpSender(key, SrtpPolicy.Control);
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.Control, key);
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
}
