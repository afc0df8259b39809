using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary><see cref="SrtcpSender"/> and <see cref="SrtcpReceiver"/> against the general pair, which vectors and libsrtp check.</summary>
public class SrtcpTests
{
    private const string Mki = "20000001";

    public static TheoryData<SrtpProfile, string> Cases => new()
    {
        { SrtpProfile.AeadAes128Gcm, Mki },
        { SrtpProfile.AeadAes128Gcm, "" },
        { SrtpProfile.AeadAes256Gcm, "0102030405060708" },
        { SrtpProfile.AeadAes256Gcm, "010203" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_speaks_as_the_general_sender_and_receiver_do(SrtpProfile profile, string mki)
    {
        using SrtpMasterKey key = Packets.Key(1, mki, profile);
        using var sender = new SrtcpSender(key, Packets.Ssrc);
        using var receiver = new SrtcpReceiver(key, maxStreams: 1);
        using var generalSender = new SrtpSender(key, new SrtpPolicy(profile));
        using SrtpReceiver generalReceiver = Packets.Receiver(new SrtpPolicy(profile), key);
        for (int i = 0; i < 70; i++)
        {
            byte[] plain = Packets.Rtcp();
            byte[] packet = Protect(sender);
            Assert.Equal(generalSender.ProtectRtcp(plain), packet);
            Assert.Equal(SrtpOutcome.Ok, generalReceiver.UnprotectRtcp(packet, out byte[] opened));
            Assert.Equal(plain, opened);
            Assert.Equal(SrtpOutcome.Ok, Unprotect(receiver, packet, out opened));
            Assert.Equal(plain, opened);
        }
    }

    [Fact]
    public void A_sender_serves_its_own_ssrc_until_its_indexes_end()
    {
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtcpSender(key, Packets.Ssrc);
        byte[] plain = Packets.Rtcp();
        byte[] buffer = new byte[plain.Length + sender.Overhead_bytes];
        Assert.Equal(SrtpOutcome.StreamLimit, sender.Protect(buffer.With(Packets.Rtcp(ssrc: 1)), plain.Length, out _));
        Assert.Equal(SrtpOutcome.Malformed, sender.Protect(buffer, 4, out _));
        Assert.Equal(SrtpOutcome.BufferTooSmall, sender.Protect(buffer.With(plain).AsSpan(..^1), plain.Length, out _));

        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.Control, key);
        sender.SkipTo(0x7FFF_FFFE);
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(Protect(sender), out _));
        Assert.Equal(SrtpOutcome.IndexExhausted, sender.Protect(buffer.With(plain), plain.Length, out _));
    }

    [Fact]
    public void A_receiver_refuses_what_the_general_one_refuses()
    {
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using SrtpMasterKey other = Packets.Key(2, "20000002");
        using var sender = new SrtcpSender(key, Packets.Ssrc);
        using var foreigner = new SrtcpSender(other, Packets.Ssrc);
        using var second = new SrtcpSender(key, ssrc: 2);
        using var receiver = new SrtcpReceiver(key, maxStreams: 1);
        byte[] first = Protect(sender);
        byte[] forged = [.. first];
        forged[10] ^= 1;
        byte[] unencrypted = [.. first];
        unencrypted[^8] &= 0x7F;

        Assert.Equal(SrtpOutcome.AuthenticationFailed, Unprotect(receiver, forged, out _));
        Assert.Equal(SrtpOutcome.NotEncrypted, Unprotect(receiver, unencrypted, out _));
        Assert.Equal(SrtpOutcome.UnknownMki, Unprotect(receiver, Protect(foreigner), out _));
        Assert.Equal(SrtpOutcome.Malformed, Unprotect(receiver, first[..20], out _));
        Assert.Equal(SrtpOutcome.BufferTooSmall, receiver.Unprotect(first, new byte[4], out _));
        Assert.Equal(SrtpOutcome.Ok, Unprotect(receiver, first, out _));
        Assert.Equal(SrtpOutcome.Replayed, Unprotect(receiver, first, out _));
        Assert.Equal(SrtpOutcome.StreamLimit, Unprotect(receiver, Protect(second, ssrc: 2), out _));
        byte[] late = Protect(sender);
        sender.SkipTo(1025);
        Assert.Equal(SrtpOutcome.Ok, Unprotect(receiver, Protect(sender), out _));
        Assert.Equal(SrtpOutcome.TooOld, Unprotect(receiver, late, out _));
    }

    [Fact]
    public void A_forged_packet_leaves_zeros_where_its_payload_would_be()
    {
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtcpSender(key, Packets.Ssrc);
        using var receiver = new SrtcpReceiver(key, maxStreams: 1);
        byte[] packet = Protect(sender);
        packet[^10] ^= 1;
        byte[] destination = new byte[packet.Length];
        Array.Fill(destination, (byte)0xAA);
        Assert.Equal(SrtpOutcome.AuthenticationFailed, receiver.Unprotect(packet, destination, out _));
        Assert.All(destination[8..Packets.Rtcp().Length], octet => Assert.Equal(0, octet));
    }

    [Fact]
    public void Nothing_is_done_without_a_key()
    {
        using SrtpMasterKey counterMode = Packets.Key(profile: SrtpProfile.Aes128CmHmacSha1_80);
        Assert.Throws<ArgumentException>(() => new SrtcpSender(counterMode, Packets.Ssrc));
        Assert.Throws<ArgumentException>(() => new SrtcpReceiver(counterMode, maxStreams: 1));

        using SrtpMasterKey key = Packets.Key(1, Mki);
        var sender = new SrtcpSender(key, Packets.Ssrc);
        var receiver = new SrtcpReceiver(key, maxStreams: 1);
        byte[] packet = Protect(sender);
        sender.Dispose();
        receiver.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Protect(sender));
        Assert.Throws<ObjectDisposedException>(() => Unprotect(receiver, packet, out _));
    }

    [Fact]
    public void Sending_fetching_and_receiving_allocate_nothing()
    {
        using SrtpMasterKey key = Packets.Key(1, Mki);
        using var sender = new SrtcpSender(key, Packets.Ssrc);
        using var receiver = new SrtcpReceiver(key, maxStreams: 1);
        byte[] plain = Packets.Rtcp();
        byte[] buffer = new byte[plain.Length + sender.Overhead_bytes];
        Assert.True(Sends());
        int lost = 0;
        Assert.Equal(0, Allocation.Least_bytes(() =>
        {
            for (int i = 0; i < 1000; i++)
                lost += Sends() ? 0 : 1;
        }));
        Assert.Equal(0, lost);

        bool Sends()
        {
            sender.Memory.Fetch();
            receiver.Prefetch();
            plain.CopyTo(buffer, 0);
            return sender.Protect(buffer, plain.Length, out int length) == SrtpOutcome.Ok &&
                receiver.Unprotect(buffer.AsSpan(0, length), buffer, out _) == SrtpOutcome.Ok;
        }
    }

    private static byte[] Protect(SrtcpSender sender, uint ssrc = Packets.Ssrc)
    {
        byte[] packet = Packets.Rtcp(ssrc);
        byte[] buffer = new byte[packet.Length + sender.Overhead_bytes];
        packet.CopyTo(buffer, 0);
        Assert.Equal(SrtpOutcome.Ok, sender.Protect(buffer, packet.Length, out int length));
        return buffer[..length];
    }

    private static SrtpOutcome Unprotect(SrtcpReceiver receiver, byte[] packet, out byte[] plain)
    {
        byte[] destination = new byte[packet.Length];
        SrtpOutcome outcome = receiver.Unprotect(packet, destination, out int length);
        plain = destination[..length];
        return outcome;
    }
}
