using System.Buffers.Binary;
using System.Runtime;
using System.Runtime.CompilerServices;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>
/// Once warm, a million packets allocate nothing and make this thread compile nothing. What the runtime compiles in the
/// background, to improve code that runs already, keeps no packet waiting and is not counted.
/// </summary>
public sealed class SrtpAllocationTests
{
    private const int Million = 1_000_000;

    // The sequence number wraps on the way, so that a wrap is nothing new.
    private const int WarmUp_packets = 140_000;
    private const int FewerPackets = 100_000;
    private const int Attempts = 5;

    /// <summary>Profile, R of RFC 4771, key derivation rate, packets. Deriving keys anew all the time is slow.</summary>
    public static TheoryData<SrtpProfile, int, int, int> Cases => new()
    {
        { SrtpProfile.AeadAes128Gcm, 1, 0, Million },
        { SrtpProfile.AeadAes256Gcm, 1, 0, Million },
        { SrtpProfile.Aes128CmHmacSha1_80, 1, 0, Million },
        { SrtpProfile.Aes128CmHmacSha1_32, 0, 0, Million },
        { SrtpProfile.Aes256CmHmacSha1_80, 0, 0, Million },
        { SrtpProfile.Aes256CmHmacSha1_32, 0, 0, Million },
        { SrtpProfile.AeadAes128Gcm, 1, 2, FewerPackets },
        { SrtpProfile.Aes256CmHmacSha1_80, 0, 2, FewerPackets },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void PacketsOneByOneAllocateAndCompileNothing(
        SrtpProfile profile, int rocTransmissionRate, int keyDerivationRate, int packets)
    {
        var policy = new SrtpPolicy(profile, rocTransmissionRate) { KeyDerivationRate = keyDerivationRate };
        using SrtpMasterKey key = Packets.Key(1, "0102030405060708", profile);
        using var sender = new SrtpSender(key, policy);
        using SrtpReceiver receiver = Packets.Receiver(policy, key);
        byte[] rtp = Packets.Rtp(0, payload_bytes: 160);
        byte[] rtcp = Packets.Rtcp();
        byte[] buffer = new byte[300];
        AssertSteady(packets, index =>
        {
            const int PacketsPerReport = 16;
            if (index % PacketsPerReport == 0)
            {
                rtcp.CopyTo(buffer, 0);
                return sender.ProtectRtcp(buffer, rtcp.Length, out int rtcpLength) == SrtpOutcome.Ok &&
                    receiver.UnprotectRtcp(buffer.AsSpan(0, rtcpLength), buffer, out _) == SrtpOutcome.Ok
                    ? 1
                    : 0;
            }
            BinaryPrimitives.WriteUInt16BigEndian(rtp.AsSpan(2), (ushort)index);
            rtp.CopyTo(buffer, 0);
            return sender.Protect(buffer, rtp.Length, out int length) == SrtpOutcome.Ok &&
                receiver.Unprotect(buffer.AsSpan(0, length), buffer, out _) == SrtpOutcome.Ok
                ? 1
                : 0;
        });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void FanOutAndBatchesAllocateAndCompileNothing(
        SrtpProfile profile, int rocTransmissionRate, int keyDerivationRate, int packets)
    {
        const int Keys = 40;
        const int Stride_bytes = 256;
        const int First = 0xFC00;
        var policy = new SrtpPolicy(profile, rocTransmissionRate) { KeyDerivationRate = keyDerivationRate };
        SrtpMasterKey[] keys = [.. Enumerable.Range(0, Keys).Select(i => Packets.Key((byte)i, $"000000{i:x2}", profile))];
        SrtpSender[] senders = [.. keys.Select(key => new SrtpSender(key, policy))];
        using SrtpReceiver receiver = Packets.Receiver(policy, keys);
        var fanOut = new SrtpFanOut();
        byte[] packet = Packets.Rtp(0, payload_bytes: 160);
        byte[] memory = new byte[Keys * Stride_bytes];
        int[] lengths = new int[Keys];
        var outcomes = new SrtpOutcome[Keys];
        var items = new SrtpBatchItem[Keys];
        AssertSteady(packets, index =>
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)(First + index / Keys));
            if (fanOut.Protect(senders, packet, memory, Stride_bytes, lengths, outcomes) != Keys)
                return 0;
            for (int i = 0; i < Keys; i++)
                items[i] = new SrtpBatchItem(i * Stride_bytes, lengths[i]);
            return receiver.UnprotectBatch(memory, items) == Keys ? Keys : 0;
        });
        foreach (IDisposable part in (IDisposable[])[.. senders, .. keys])
            part.Dispose();
    }

    /// <param name="packets">How many.</param>
    /// <param name="next">Handles the packets from this number on and says how many; 0 when one was lost.</param>
    private static void AssertSteady(int packets, Func<int, int> next)
    {
        int done = 0;
        Run(WarmUp_packets);
        // The background's improved code may call what only it needs compiled, once: such a run says nothing and is repeated.
        for (int attempt = 1; ; attempt++)
        {
            long compiled = JitInfo.GetCompiledMethodCount(currentThread: true);
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            Run(packets);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            compiled = JitInfo.GetCompiledMethodCount(currentThread: true) - compiled;
            if (compiled != 0 && attempt < Attempts)
                continue;
            Assert.Equal(0, compiled);
            Assert.Equal(0, allocated);
            return;
        }

        // Optimized at once: a loop that the runtime replaces while it runs would count as compiled.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Run(int count)
        {
            for (int end = done + count; done < end;)
            {
                int handled = next(done);
                if (handled == 0)
                    throw new InvalidOperationException("A packet was lost.");
                done += handled;
            }
        }
    }
}
