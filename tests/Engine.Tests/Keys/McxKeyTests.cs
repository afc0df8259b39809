using MediaEngine.Engine.Tests.Srtp;
using MediaEngine.Keys;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class McxKeyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void PublishedControlKeyOfAnotherVendor()
    {
        // The published name says SPK, its identifier PCK: the derivation sees neither.
        var vector = GroupKeys.Vector(4);
        uint id = GroupKeys.Identifier(vector.Text("csb_id")).Value;
        using var key = new McxKey(new KeyIdentifier(id & 0x0FFFFFFF | 0x30000000), vector.Bytes("key"), vector.Bytes("rand"));
        byte[] master = new byte[16], salt = new byte[12];
        key.ExportMasterKey(CryptoSession.McpttClientServer, new KeyIdentifier(id), master, salt);
        Assert.Equal(vector.Bytes("srtp_master_key"), master);
        Assert.Equal(vector.Bytes("srtp_master_salt"), salt);
    }

    [Fact]
    public void PublishedGroupIdentifiersBothWays()
    {
        for (int index = 0; index < 4; index++)
        {
            var vector = GroupKeys.Vector(index);
            KeyIdentifier gmkId = GroupKeys.Identifier(vector.Text("gmk_id")), gukId = GroupKeys.Identifier(vector.Text("guk_id"));
            string user = index == 3 ? "sip:P25SU-00003002000531@server-dev43-ws.streamwideus.com" : vector.Text("mc_service_id");
            using var key = new McxKey(gmkId, vector.Bytes("gmk"), new byte[16]);
            Assert.Equal(gukId, key.BundleIdFor(user));
            Assert.Equal(gmkId, GroupMasterKey.IdBehind(vector.Bytes("gmk"), gukId, user));
            byte[] mki = new byte[McxKey.MaxMki_bytes];
            key.WriteMki(gukId, mki);
            Assert.Equal($"{gmkId}{gukId}", Convert.ToHexStringLower(mki));
        }
    }

    [Theory]
    [InlineData(KeyPurpose.GroupMasterKey, "4 5", 8)]
    [InlineData(KeyPurpose.PrivateCallKey, "0 1 2 3", 4)]
    [InlineData(KeyPurpose.ClientServerKey, "6 8", 4)]
    [InlineData(KeyPurpose.SignallingProtectionKey, "6 8", 4)]
    [InlineData(KeyPurpose.MulticastFloorControlKey, "7 9", 4)]
    [InlineData(KeyPurpose.MbmsSubchannelControlKey, "7 9", 4)]
    [InlineData(KeyPurpose.MulticastSignallingKey, "7 9", 4)]
    public void EachPurposeHasItsSessionsAndMki(KeyPurpose purpose, string sessions, int mki_bytes)
    {
        using McxKey key = McxKey.Create(purpose, new MikeyEntropy(1));
        Assert.Equal(purpose, key.Id.Purpose);
        KeyIdentifier bundle = key.BundleIdFor("sip:a@b");
        var served = new List<byte>();
        foreach (CryptoSession session in Enum.GetValues<CryptoSession>())
        {
            try
            {
                using SrtpMasterKey master = key.DeriveMasterKey(session, bundle);
                Assert.Equal(mki_bytes, master.Mki.Length);
                Assert.Equal($"{key.Id}{(mki_bytes == 8 ? bundle : "")}", Convert.ToHexStringLower(master.Mki));
                served.Add((byte)session);
            }
            catch (ArgumentException)
            {
            }
        }
        Assert.Equal(sessions, string.Join(' ', served));
        Assert.Equal(purpose == KeyPurpose.GroupMasterKey, bundle != key.Id);
    }

    [Fact]
    public void PrivateCallDirectionsHaveKeysOfTheirOwn()
    {
        using McxKey key = McxKey.Create(KeyPurpose.PrivateCallKey, new MikeyEntropy(1));
        using SrtpMasterKey forth = key.DeriveMasterKey(CryptoSession.McpttPrivateInitiator, key.Id);
        using SrtpMasterKey back = key.DeriveMasterKey(CryptoSession.McpttPrivateReceiver, key.Id);
        using var sender = new SrtpSender(forth, SrtpPolicy.Control);
        byte[] packet = sender.Protect(Packets.Rtp(1));
        using SrtpReceiver receiver = Packets.Receiver(SrtpPolicy.Control, forth), other = Packets.Receiver(SrtpPolicy.Control, back);
        Assert.Equal(SrtpOutcome.AuthenticationFailed, other.Unprotect(packet, out _));
        Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out _));
    }

    [Fact]
    public void CopiesServeMediaAndControl()
    {
        using McxKey gmk = McxKey.Create(KeyPurpose.GroupMasterKey, new MikeyEntropy(1)), csk = McxKey.Create(KeyPurpose.ClientServerKey, new MikeyEntropy(2));
        using GroupMasterKey group = gmk.ToGroupMasterKey();
        using ClientServerKey control = csk.ToClientServerKey();
        Assert.Equal(gmk.BundleIdFor("sip:a@b"), group.GukIdFor("sip:a@b"));
        Assert.Equal(csk.Id, control.Id);
        Assert.Throws<ArgumentException>(csk.ToGroupMasterKey);
        Assert.Throws<ArgumentException>(gmk.ToClientServerKey);
        Assert.Throws<ArgumentException>(() => new McxKey(new KeyIdentifier(0x70000000), new byte[16], new byte[16]));
        Assert.Equal($"GroupMasterKey {gmk.Id}", gmk.ToString());
    }

    [Fact]
    public void ALifeHasThreeAges()
    {
        var validity = new KeyValidity(Now, Now.AddHours(1));
        Assert.Equal(KeyStatus.Pending, validity.StatusAt(Now.AddTicks(-1)));
        Assert.Equal(KeyStatus.Active, validity.StatusAt(Now));
        Assert.Equal(KeyStatus.Active, validity.StatusAt(Now.AddHours(1).AddTicks(-1)));
        Assert.Equal(KeyStatus.Retired, validity.StatusAt(Now.AddHours(1)));
        Assert.Equal(KeyStatus.Active, default(KeyValidity).StatusAt(Now));
    }
}
