using System.Buffers.Binary;
using MediaEngine.Rtp;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Keys and packets the SRTP tests share.</summary>
internal static class Packets
{
    public const uint Ssrc = 0x0A0B0C0D;

    public static SrtpMasterKey Key(
        byte seed = 1, string mki = "", SrtpProfile profile = SrtpProfile.AeadAes128Gcm)
    {
        byte[] key = new byte[profile.KeyLength_bytes()];
        byte[] salt = new byte[profile.SaltLength_bytes()];
        Array.Fill(key, seed);
        Array.Fill(salt, (byte)(seed ^ 0x5A));
        return new SrtpMasterKey(profile, key, salt, Convert.FromHexString(mki));
    }

    /// <summary>Every profile, for theories.</summary>
    public static TheoryData<SrtpProfile> Profiles => [.. Enum.GetValues<SrtpProfile>()];

    public static SrtpReceiver Receiver(SrtpPolicy policy, params SrtpMasterKey[] keys)
    {
        var receiver = new SrtpReceiver(policy, keys[0].Mki.Length);
        foreach (SrtpMasterKey key in keys)
            _ = receiver.TryAddKey(key);
        return receiver;
    }

    public static byte[] Rtp(ushort sequence, uint ssrc = Ssrc, int payload_bytes = 20)
    {
        byte[] packet = new byte[12 + payload_bytes];
        new RtpHeader { PayloadType = 97, SequenceNumber = sequence, Timestamp = 160u * sequence, Ssrc = ssrc }.WriteFixed(packet);
        for (int i = 12; i < packet.Length; i++)
            packet[i] = (byte)(i * 7 + sequence);
        return packet;
    }

    public static byte[] Rtcp(uint ssrc = Ssrc)
    {
        byte[] packet = Convert.FromHexString("81cc0005000000004d435054000205006702000361626300");
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), ssrc);
        return packet;
    }

    public static byte[] With(this byte[] buffer, byte[] content)
    {
        content.CopyTo(buffer, 0);
        return buffer;
    }

    public static byte[] Protect(this SrtpSender sender, byte[] packet, SrtpOutcome expected = SrtpOutcome.Ok)
    {
        byte[] buffer = new byte[packet.Length + sender.MaxOverhead_bytes];
        packet.CopyTo(buffer, 0);
        Assert.Equal(expected, sender.Protect(buffer, packet.Length, out int length));
        return buffer[..length];
    }

    public static byte[] ProtectRtcp(this SrtpSender sender, byte[] packet, SrtpOutcome expected = SrtpOutcome.Ok)
    {
        byte[] buffer = new byte[packet.Length + sender.MaxOverhead_bytes];
        packet.CopyTo(buffer, 0);
        Assert.Equal(expected, sender.ProtectRtcp(buffer, packet.Length, out int length));
        return buffer[..length];
    }

    public static SrtpOutcome Unprotect(this SrtpReceiver receiver, byte[] packet, out byte[] plain)
    {
        byte[] destination = new byte[packet.Length];
        SrtpOutcome outcome = receiver.Unprotect(packet, destination, out int length);
        plain = destination[..length];
        return outcome;
    }

    public static SrtpOutcome UnprotectRtcp(this SrtpReceiver receiver, byte[] packet, out byte[] plain)
    {
        byte[] destination = new byte[packet.Length];
        SrtpOutcome outcome = receiver.UnprotectRtcp(packet, destination, out int length);
        plain = destination[..length];
        return outcome;
    }
}
