using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Both directions against the system's libsrtp: group media with an 8-octet MKI, control with a 4-octet one.</summary>
public sealed class LibsrtpOracleTests
{
    private static readonly byte[] GroupMki = Convert.FromHexString("09bf9d3701c8de7b");
    private static readonly byte[] ControlMki = Convert.FromHexString("2ddd5bf0");

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void LibsrtpReadsOurSrtpAcrossTheSequenceWrap(SrtpProfile profile)
    {
        Require();
        var (key, salt) = Secrets(profile);
        using var master = new SrtpMasterKey(profile, key, salt, GroupMki);
        using var ours = new SrtpSender(master, new SrtpPolicy(profile));
        using var theirs = new Libsrtp(profile, key, salt, GroupMki, sends: false);
        for (int i = 0; i < 400; i++)
        {
            byte[] rtp = Packets.Rtp((ushort)(0xFF80 + i), payload_bytes: i);
            byte[] packet = ours.Protect(rtp);
            Assert.Equal(Libsrtp.Ok, theirs.Unprotect(packet, out byte[] read));
            Assert.Equal(rtp, read);
            Assert.Equal(Libsrtp.ReplayFailure, theirs.Unprotect(packet, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void WeReadLibsrtpsSrtpAcrossTheSequenceWrap(SrtpProfile profile)
    {
        Require();
        var (key, salt) = Secrets(profile);
        using var master = new SrtpMasterKey(profile, key, salt, GroupMki);
        using SrtpReceiver ours = Packets.Receiver(new SrtpPolicy(profile), master);
        using var theirs = new Libsrtp(profile, key, salt, GroupMki, sends: true);
        for (int i = 0; i < 400; i++)
        {
            byte[] rtp = Packets.Rtp((ushort)(0xFF80 + i), payload_bytes: i);
            Assert.Equal(Libsrtp.Ok, theirs.Protect(rtp, out byte[] packet));
            Assert.Equal(SrtpOutcome.Ok, ours.Unprotect(packet, out byte[] read));
            Assert.Equal(rtp, read);
            Assert.Equal(SrtpOutcome.Replayed, ours.Unprotect(packet, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void SrtcpBothWays(SrtpProfile profile)
    {
        Require();
        var (key, salt) = Secrets(profile);
        // libsrtp 2.5 looks for an SRTCP packet's MKI where the SRTP tag's length would put it, so it finds none with 32-bit tags.
        byte[] mki = profile.RtpTagLength_bytes() == 4 ? [] : ControlMki;
        using var master = new SrtpMasterKey(profile, key, salt, mki);
        using var sender = new SrtpSender(master, new SrtpPolicy(profile));
        using SrtpReceiver receiver = Packets.Receiver(new SrtpPolicy(profile), master);
        using var theirReceiver = new Libsrtp(profile, key, salt, mki, sends: false);
        using var theirSender = new Libsrtp(profile, key, salt, mki, sends: true);
        byte[] rtcp = Packets.Rtcp();
        for (int i = 0; i < 200; i++)
        {
            byte[] packet = sender.ProtectRtcp(rtcp);
            Assert.Equal(Libsrtp.Ok, theirReceiver.UnprotectRtcp(packet, out byte[] read));
            Assert.Equal(rtcp, read);
            Assert.Equal(Libsrtp.ReplayFailure, theirReceiver.UnprotectRtcp(packet, out _));

            Assert.Equal(Libsrtp.Ok, theirSender.ProtectRtcp(rtcp, out byte[] theirPacket));
            Assert.Equal(packet, theirPacket);
            Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(theirPacket, out read));
            Assert.Equal(rtcp, read);
            Assert.Equal(SrtpOutcome.Replayed, receiver.UnprotectRtcp(theirPacket, out _));
        }
    }

    /// <summary>Lost, late, doubled and damaged packets over two wraps of the sequence number.</summary>
    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void BothReceiversSayTheSameOfEveryPacketOfABadNetwork(SrtpProfile profile)
    {
        Require();
        var (key, salt) = Secrets(profile);
        using var master = new SrtpMasterKey(profile, key, salt, GroupMki);
        using var sender = new SrtpSender(master, new SrtpPolicy(profile));
        using SrtpReceiver ours = Packets.Receiver(new SrtpPolicy(profile), master);
        using var theirs = new Libsrtp(profile, key, salt, GroupMki, sends: false);
        var network = new Random(1);
        var onTheWay = new List<byte[]>();
        var counts = new Dictionary<int, int>();
        uint sequence = 0xF000;
        for (int i = 0; i < 4000; i++)
        {
            sequence += (uint)network.Next(1, 80);
            byte[] packet = sender.Protect(Packets.Rtp((ushort)sequence, payload_bytes: 40));
            if (network.Next(8) != 0)
                onTheWay.Add(packet);
            if (network.Next(8) == 0)
                onTheWay.Add(packet);
            if (network.Next(8) == 0)
            {
                packet = [.. packet];
                packet[network.Next(2, packet.Length)] ^= (byte)(1 << network.Next(8));
                onTheWay.Add(packet);
            }
            while (onTheWay.Count > 20)
            {
                packet = onTheWay[network.Next(onTheWay.Count)];
                onTheWay.Remove(packet);
                int status = theirs.Unprotect(packet, out byte[] theirPlain);
                SrtpOutcome outcome = ours.Unprotect(packet, out byte[] plain);
                counts[status] = counts.GetValueOrDefault(status) + 1;
                Assert.True((status == Libsrtp.Ok) == (outcome == SrtpOutcome.Ok), $"packet {i}: libsrtp {status}, we {outcome}");
                Assert.Equal(theirPlain, plain);
            }
        }
        Assert.True(sequence > 2 * 65536, "the schedule wraps twice");
        Assert.True(counts[Libsrtp.Ok] > 1000 && counts[Libsrtp.ReplayFailure] > 50 && counts[Libsrtp.AuthenticationFailure] > 50);
    }

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void BothRefuseAnotherMkiAndADamagedPacket(SrtpProfile profile)
    {
        Require();
        var (key, salt) = Secrets(profile);
        using var master = new SrtpMasterKey(profile, key, salt, GroupMki);
        using var sender = new SrtpSender(master, new SrtpPolicy(profile));
        using SrtpReceiver ours = Packets.Receiver(new SrtpPolicy(profile), master);
        using var theirs = new Libsrtp(profile, key, salt, GroupMki, sends: false);
        byte[] packet = sender.Protect(Packets.Rtp(1));
        byte[] otherMki = [.. packet];
        otherMki[profile.IsAead() ? ^1 : ^(1 + profile.RtpTagLength_bytes())] ^= 1;
        Assert.Equal(Libsrtp.BadMki, theirs.Unprotect(otherMki, out _));
        Assert.Equal(SrtpOutcome.UnknownMki, ours.Unprotect(otherMki, out _));
        byte[] damaged = [.. packet];
        damaged[13] ^= 1;
        Assert.Equal(Libsrtp.AuthenticationFailure, theirs.Unprotect(damaged, out _));
        Assert.Equal(SrtpOutcome.AuthenticationFailed, ours.Unprotect(damaged, out _));
        Assert.Equal(Libsrtp.Ok, theirs.Unprotect(packet, out _));
        Assert.Equal(SrtpOutcome.Ok, ours.Unprotect(packet, out _));
    }

    private static (byte[] Key, byte[] Salt) Secrets(SrtpProfile profile) =>
        ([.. Enumerable.Range(1, profile.KeyLength_bytes()).Select(i => (byte)(17 * i))],
        [.. Enumerable.Range(1, profile.SaltLength_bytes()).Select(i => (byte)(29 * i))]);

    private static void Require()
    {
        if (Libsrtp.IsAvailable)
            return;
        const string Missing = "libsrtp2.so.1 is missing, so NOTHING was compared with libsrtp: apt-get install libsrtp2-1";
        Assert.False(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase), Missing);
        Assert.Skip(Missing);
    }
}
