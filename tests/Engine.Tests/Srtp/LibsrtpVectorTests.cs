using System.Text.Json.Nodes;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Packets another implementation made from master keys, with MKI, and with the ROC field of RFC 4771 mode 3.</summary>
public sealed class LibsrtpVectorTests
{
    [Fact]
    public void PacketsWithoutMki()
    {
        JsonNode vector = VectorFile.Read("srtp-aead-mki-libsrtp.json")["libsrtp_own_test"]!;
        SrtpPolicy policy = SrtpPolicy.Control;
        using var key = new SrtpMasterKey(policy.Profile, vector.Bytes("master_key"), vector.Bytes("master_salt"), []);
        using var sender = new SrtpSender(key, policy);
        Assert.Equal(vector.Bytes("srtp"), sender.Protect(vector.Bytes("rtp")));
        Assert.Equal(vector.Bytes("srtcp"), sender.ProtectRtcp(vector.Bytes("rtcp")));
        using SrtpReceiver receiver = Packets.Receiver(policy, key);
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(vector.Bytes("srtp"), out byte[] rtp));
        Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(vector.Bytes("srtcp"), out byte[] rtcp));
        Assert.Equal(vector.Bytes("rtp"), rtp);
        Assert.Equal(vector.Bytes("rtcp"), rtcp);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    public void PacketsWithMkiAndAcrossTheSequenceWrap(int set, int rocTransmissionRate)
    {
        JsonNode vectors = VectorFile.Read("srtp-aead-mki-libsrtp.json")["sets"]![set]!;
        byte[] masterKey = vectors.Bytes("master_key");
        SrtpProfile profile = masterKey.Length == 16 ? SrtpProfile.AeadAes128Gcm : SrtpProfile.AeadAes256Gcm;
        var policy = new SrtpPolicy(profile, rocTransmissionRate);
        string field = rocTransmissionRate == 1 ? "srtp_with_rccm3_roc" : "srtp_libsrtp";
        using var key = new SrtpMasterKey(profile, masterKey, vectors.Bytes("master_salt"), vectors.Bytes("mki"));
        using var sender = new SrtpSender(key, policy);
        using SrtpReceiver receiver = Packets.Receiver(policy, key);
        using SrtpReceiver lenient = Packets.Receiver(policy with { AcceptUnencryptedRtcp = true }, key);
        int packets = 0;
        foreach (JsonNode packet in vectors.Items("packets"))
        {
            packets++;
            if (packet.Text("type") == "SRTP")
            {
                Assert.Equal(packet.Bytes(field), sender.Protect(packet.Bytes("rtp")));
                Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet.Bytes(field), out byte[] rtp));
                Assert.Equal(packet.Bytes("rtp"), rtp);
            }
            else if (packet["E"]!.GetValue<int>() == 1)
            {
                Assert.Equal(packet.Bytes("srtcp_libsrtp"), sender.ProtectRtcp(packet.Bytes("rtcp")));
                Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(packet.Bytes("srtcp_libsrtp"), out byte[] rtcp));
                Assert.Equal(packet.Bytes("rtcp"), rtcp);
            }
            else
            {
                Assert.Equal(SrtpOutcome.Ok, lenient.UnprotectRtcp(packet.Bytes("srtcp_libsrtp"), out byte[] rtcp));
                Assert.Equal(packet.Bytes("rtcp"), rtcp);
            }
        }
        Assert.Equal(7, packets);
    }

    [Fact]
    public void ALateJoinerReadsTheRolloverCounterFromThePacket()
    {
        JsonNode vectors = VectorFile.Read("srtp-aead-mki-libsrtp.json")["sets"]![0]!;
        JsonNode afterWrap = vectors["packets"]![2]!;
        using var key = new SrtpMasterKey(
            SrtpProfile.AeadAes128Gcm, vectors.Bytes("master_key"), vectors.Bytes("master_salt"), vectors.Bytes("mki"));
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.GroupMedia, key);
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(afterWrap.Bytes("srtp_with_rccm3_roc"), out byte[] rtp));
        Assert.Equal(afterWrap.Bytes("rtp"), rtp);

        using SrtpReceiver without = Packets.Receiver(SrtpPolicy.Control, key);
        Assert.Equal(SrtpOutcome.AuthenticationFailed, without.Unprotect(afterWrap.Bytes("srtp_libsrtp"), out _));
    }
}
