using System.Reflection;
using System.Text.Json.Nodes;
using MediaEngine.Engine.Tests.Srtp;
using MediaEngine.Keys;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class GroupMasterKeyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void GukIdMkiAndMediaKeyOfTwoVendors(int index)
    {
        JsonNode vector = GroupKeys.Vector(index);
        using GroupMasterKey key = GroupKeys.Published();
        KeyIdentifier gukId = key.GukIdFor(vector.Text("mc_service_id"));
        Assert.Equal(vector.Text("guk_id"), gukId.ToString());
        Assert.Equal(KeyPurpose.GroupMasterKey, gukId.Purpose);
        byte[] mki = new byte[8];
        key.WriteMki(gukId, mki);
        Assert.Equal(vector.Bytes("mki"), mki);

        using SrtpMasterKey media = key.DeriveMediaKey(gukId);
        Assert.Equal(mki, media.Mki);
        AssertSameKey(vector, media);
    }

    [Fact]
    public void ALongerUserIdentity()
    {
        JsonNode vector = GroupKeys.Vector(3);
        using var key = new GroupMasterKey(
            GroupKeys.Identifier(vector.Text("gmk_id")), vector.Bytes("gmk"), new byte[16]);
        Assert.Equal(vector.Text("guk_id"), key.GukIdFor(vector.Text("mc_service_id")).ToString());
    }

    [Fact]
    public void TheWholeWayFromGroupKeyToAPacketOfAnotherImplementation()
    {
        JsonNode packet = VectorFile.Read("srtp-aead-mki-libsrtp.json")["sets"]![0]!["packets"]![2]!;
        using GroupMasterKey key = GroupKeys.Published();
        using var receiver = new GroupMediaReceiver(SrtpPolicy.GroupMedia);
        receiver.AddGroupKey(key);
        Assert.Equal(
            SrtpOutcome.Ok,
            receiver.Unprotect(packet.Bytes("srtp_with_rccm3_roc"), out byte[] rtp, out KeyIdentifier sender));
        Assert.Equal(packet.Bytes("rtp"), rtp);
        Assert.Equal(key.GukIdFor("sip:p25user01@etherstack.com"), sender);
    }

    [Fact]
    public void TheClientServerKeyDerivesWithCryptoSessionSix()
    {
        // The CSK of a published I_MESSAGE, and what another implementation derived from it.
        JsonNode csk = VectorFile.Read("mcx-i-messages.json").Items("tests")
            .Single(message => message.Text("key_id") == "2ddd5bf0");
        JsonNode set = VectorFile.Read("srtp-aead-mki-libsrtp.json")["sets"]![2]!;
        using var key = new ClientServerKey(GroupKeys.Identifier("2ddd5bf0"), csk.Bytes("key"), csk.Bytes("rand"));
        using SrtpMasterKey control = key.DeriveControlKey();
        Assert.Equal(set.Bytes("mki"), control.Mki);
        using var sender = new SrtpSender(control, SrtpPolicy.Control);
        JsonNode packet = set["packets"]![4]!;
        Assert.Equal(packet.Bytes("srtcp_libsrtp"), sender.ProtectRtcp(packet.Bytes("rtcp")));
    }

    [Fact]
    public void WrongPurposesAndLengthsAreRefused()
    {
        var gmkId = new KeyIdentifier(0x09bf9d37);
        var cskId = new KeyIdentifier(0x2ddd5bf0);
        Assert.Throws<ArgumentException>(() => new GroupMasterKey(cskId, new byte[16], new byte[16]));
        Assert.Throws<ArgumentException>(() => new ClientServerKey(gmkId, new byte[16], new byte[16]));
        Assert.Throws<ArgumentException>(() => new GroupMasterKey(gmkId, new byte[32], new byte[16]));
        Assert.Throws<ArgumentException>(() => new GroupMasterKey(gmkId, new byte[16], new byte[15]));
        Assert.Throws<ArgumentException>(() => new GroupMasterKey(gmkId, new byte[16], new byte[256]));
    }

    [Fact]
    public void TextNeverShowsKeyMaterial()
    {
        byte[] secret = [.. Enumerable.Repeat((byte)0xAB, 16)];
        using var gmk = new GroupMasterKey(new KeyIdentifier(1), secret, secret);
        using var csk = new ClientServerKey(new KeyIdentifier(0x20000001), secret, secret);
        Assert.Equal("GMK 00000001", $"{gmk}");
        Assert.Equal("CSK 20000001", $"{csk}");
        foreach (Type type in new[] { typeof(GroupMasterKey), typeof(ClientServerKey) })
        {
            IEnumerable<string> readable = type
                .GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(member => member is PropertyInfo or FieldInfo).Select(member => member.Name);
            Assert.Equal(["Id", "Rand"], readable.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void ADisposedKeyGivesNothingAnymore()
    {
        GroupMasterKey key = GroupKeys.Published();
        byte[] copy = new byte[16];
        key.CopyKeyTo(copy);
        Assert.Equal(GroupKeys.Vector(0).Bytes("gmk"), copy);
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.CopyKeyTo(copy));
        Assert.Throws<ObjectDisposedException>(() => key.GukIdFor("sip:a@b"));
        Assert.Throws<ObjectDisposedException>(() => key.DeriveMediaKey(key.Id));
    }

    [Fact]
    public void KeyMaterialIsZeroedOnDispose()
    {
        var material = new KeyMaterial(GroupKeys.Vector(0).Bytes("gmk"), new byte[16]);
        byte[] octets = (byte[])typeof(KeyMaterial)
            .GetField("_key", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(material)!;
        Assert.Contains(octets, octet => octet != 0);
        material.Dispose();
        Assert.All(octets, octet => Assert.Equal(0, octet));
    }

    private static void AssertSameKey(JsonNode vector, SrtpMasterKey derived)
    {
        using var expected = new SrtpMasterKey(
            SrtpProfile.AeadAes128Gcm, vector.Bytes("srtp_master_key"), vector.Bytes("srtp_master_salt"), derived.Mki);
        using var a = new SrtpSender(expected, SrtpPolicy.GroupMedia);
        using var b = new SrtpSender(derived, SrtpPolicy.GroupMedia);
        Assert.Equal(a.Protect(Packets.Rtp(1)), b.Protect(Packets.Rtp(1)));
    }
}
