using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Both directions against the system's libsrtp: group media with an 8-octet MKI, control with a 4-octet one.</summary>
public sealed class LibsrtpOracleTests
{
    private static readonly byte[] GroupMki = Convert.FromHexString("09bf9d3701c8de7b");
    private static readonly byte[] ControlMki = Convert.FromHexString("2ddd5bf0");

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AeadAes256Gcm)]
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
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AeadAes256Gcm)]
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
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AeadAes256Gcm)]
    public void SrtcpBothWays(SrtpProfile profile)
    {
        Require();
        var (key, salt) = Secrets(profile);
        using var master = new SrtpMasterKey(profile, key, salt, ControlMki);
        using var sender = new SrtpSender(master, new SrtpPolicy(profile));
        using SrtpReceiver receiver = Packets.Receiver(new SrtpPolicy(profile), master);
        using var theirReceiver = new Libsrtp(profile, key, salt, ControlMki, sends: false);
        using var theirSender = new Libsrtp(profile, key, salt, ControlMki, sends: true);
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

    [Fact]
    public void BothRefuseAnotherMkiAndADamagedPacket()
    {
        Require();
        const SrtpProfile Profile = SrtpProfile.AeadAes128Gcm;
        var (key, salt) = Secrets(Profile);
        using var master = new SrtpMasterKey(Profile, key, salt, GroupMki);
        using var sender = new SrtpSender(master, new SrtpPolicy(Profile));
        using SrtpReceiver ours = Packets.Receiver(new SrtpPolicy(Profile), master);
        using var theirs = new Libsrtp(Profile, key, salt, GroupMki, sends: false);
        byte[] packet = sender.Protect(Packets.Rtp(1));
        byte[] otherMki = [.. packet];
        otherMki[^1] ^= 1;
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
        [.. Enumerable.Range(1, 12).Select(i => (byte)(29 * i))]);

    private static void Require()
    {
        if (Libsrtp.IsAvailable)
            return;
        const string Missing = "libsrtp2.so.1 is missing, so NOTHING was compared with libsrtp: apt-get install libsrtp2-1";
        Assert.False(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase), Missing);
        Assert.Skip(Missing);
    }
}
