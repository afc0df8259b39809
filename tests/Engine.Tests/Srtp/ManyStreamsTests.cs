using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class ManyStreamsTests
{
    private const int Streams = 10_000;

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1_80)]
    public void TenThousandSsrcsUnderOneKeyAreToldApartAndOneMoreIsRefused(SrtpProfile profile)
    {
        var policy = new SrtpPolicy(profile, MaxStreams: Streams, ReplayWindow_packets: 64);
        using SrtpMasterKey key = Packets.Key(1, "01020304", profile);
        using var sender = new SrtpSender(key, policy);
        using SrtpReceiver receiver = Packets.Receiver(policy, key);
        foreach (ushort sequence in (ushort[])[0xFFFF, 0])
        {
            for (uint ssrc = 1; ssrc <= Streams; ssrc++)
            {
                byte[] packet = sender.Protect(Packets.Rtp(sequence, ssrc));
                Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out _));
                Assert.Equal(SrtpOutcome.Replayed, receiver.Unprotect(packet, out _));
            }
        }
        sender.Protect(Packets.Rtp(1, Streams + 1), SrtpOutcome.StreamLimit);
        using var another = new SrtpSender(key, policy);
        Assert.Equal(SrtpOutcome.StreamLimit, receiver.Unprotect(another.Protect(Packets.Rtp(1, Streams + 1)), out _));
    }
}
