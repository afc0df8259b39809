using MediaEngine.Keys;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class MikeySakkeTests
{
    [Theory]
    [InlineData(KeyPurpose.GroupMasterKey, CryptoSession.McpttGroupCall)]
    [InlineData(KeyPurpose.PrivateCallKey, CryptoSession.McpttPrivateInitiator)]
    [InlineData(KeyPurpose.ClientServerKey, CryptoSession.McpttClientServer)]
    [InlineData(KeyPurpose.MulticastSignallingKey, CryptoSession.McpttMulticastSignalling)]
    [InlineData(KeyPurpose.MbmsSubchannelControlKey, CryptoSession.McpttMulticastSignalling)]
    [InlineData(KeyPurpose.MulticastFloorControlKey, CryptoSession.McpttMulticastSignalling)]
    [InlineData(KeyPurpose.SignallingProtectionKey, CryptoSession.McpttClientServer)]
    public void WhatIsMadeIsOpenedByItsReceiver(KeyPurpose purpose, CryptoSession session)
    {
        foreach (bool hidden in new[] { false, true })
        {
            using var scene = new MikeyScene(purpose);
            scene.Request = scene.Request with { HideIdentities = hidden, CryptoSessions = [session], Policy = MikeySrtpPolicy.Control };
            Assert.Equal(MikeyError.None, scene.Open(scene.Build(), out OpenedMikeyMessage? opened));
            using (opened)
            {
                Assert.True(scene.Key.IsSame(opened!.Key));
                Assert.Equal(scene.Key.BundleIdFor(MikeyScene.Responder), opened.BundleId);
                Assert.Equal(SrtpPolicy.Control, opened.Policy);
                Assert.Equal(hidden ? null : MikeyScene.Initiator, opened.InitiatorUri);
                Assert.Equal(MikeyScene.Now, opened.Time.ToUtc());
                Assert.False(opened.VerificationRequested);
            }
        }
    }

    [Fact]
    public void PayloadsComeInTheOrderOfTheSpecification()
    {
        using var scene = new MikeyScene();
        scene.Request = scene.Request with { Policy = MikeySrtpPolicy.GroupMedia, SakkeToSelf = true };
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(scene.Build(), out MikeyMessage message));
        var order = new List<string>();
        for (int i = 0; i < message.Count; i++)
            order.Add(message[i].Type == MikeyPayloadType.IdentityWithRole ? $"{message[i].AsIdentity().Role}" : $"{message[i].Type}");
        Assert.Equal(
            ["Timestamp", "Rand", "Initiator", "Responder", "InitiatorKms", "ResponderKms", "SecurityPolicy", "Sakke", "GeneralExtension", "GeneralExtension", "Signature"],
            order);
        Assert.Equal(0, message.Header.CryptoSessionCount);
        Assert.Equal(MikeyMapType.Empty, message.Header.MapType);
    }

    [Fact]
    public void TheInitiatorsOtherDeviceOpensWhatIsForItself()
    {
        using var scene = new MikeyScene();
        scene.Request = scene.Request with { SakkeToSelf = true };
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(scene.Build(), out MikeyMessage message));
        Assert.True(message.TryFind(MikeyExtensionType.SakkeToSelf, out ReadOnlySpan<byte> payload));
        Assert.True(MikeySakke.TryRead(payload, out MikeySakke sakke));
        Assert.False(MikeySakke.TryRead(payload[1..], out _));
        byte[] own = new byte[UserIdentifier.Length_bytes], key = new byte[16], expected = new byte[16];
        MikeyScene.Kms.DeriveUserIdentifier(MikeyScene.Initiator, MikeyScene.Kms.PeriodOf(message.Timestamp.Ntp), own);
        Assert.True(scene.Crypto.TryDecapsulate(own, sakke.EncapsulatedData, key));
        scene.Key.CopyKeyTo(expected);
        Assert.Equal(expected, key);
    }

    [Fact]
    public void EveryMemberGetsTheSameKeyUnderHisOwnIdentifier()
    {
        using var scene = new MikeyScene();
        var bundles = new HashSet<KeyIdentifier>();
        foreach (string member in new[] { "sip:alice@mcx.example", "sip:bob@mcx.example" })
        {
            scene.OwnUri = member;
            scene.Request = scene.Request with { ResponderUri = member };
            Assert.Equal(MikeyError.None, scene.Open(scene.Build(), out OpenedMikeyMessage? opened));
            Assert.True(scene.Key.IsSame(opened!.Key));
            bundles.Add(opened.BundleId);
            opened.Dispose();
        }
        Assert.Equal(2, bundles.Count);
    }

    [Fact]
    public void LifetimeGroupsAndNameArrive()
    {
        using McxKey fresh = McxKey.Create(KeyPurpose.GroupMasterKey, new MikeyEntropy(5));
        byte[] octets = new byte[16];
        fresh.CopyKeyTo(octets);
        using var key = new McxKey(fresh.Id, octets, fresh.Rand)
        {
            Validity = new KeyValidity(MikeyScene.Now.AddHours(1), MikeyScene.Now.AddDays(2)),
            GroupIds = [MikeyScene.Group, "sip:rail@mcx.example"],
        };
        using var scene = new MikeyScene();
        scene.Request = scene.Request with { Key = key, Parameters = new KeyParameters(0) { Text = "Löschzug 7", Status = 3 } };
        Assert.Equal(MikeyError.None, scene.Open(scene.Build(), out OpenedMikeyMessage? opened));
        using McxKey received = opened!.TakeKey();
        opened.Dispose();
        Assert.Equal(key.Validity, received.Validity);
        Assert.Equal(key.GroupIds, received.GroupIds);
        Assert.Equal(("Löschzug 7", 3u), (opened.Parameters!.Text, opened.Parameters.Status));
    }

    [Fact]
    public void AnOpenedMessageZeroesTheKeyNobodyTook()
    {
        using var scene = new MikeyScene();
        Assert.Equal(MikeyError.None, scene.Open(scene.Build(), out OpenedMikeyMessage? opened));
        opened!.Dispose();
        Assert.Throws<ObjectDisposedException>(() => opened.Key.CopyKeyTo(new byte[16]));
    }

    [Fact]
    public void KeyParametersAreNotInTheMessageInClear()
    {
        using var scene = new MikeyScene();
        scene.Request = scene.Request with { Parameters = new KeyParameters(0) { Text = "a name that must not be seen" } };
        byte[] name = "must not be seen"u8.ToArray();
        Assert.Equal(-1, scene.Build().AsSpan().IndexOf(name));
        scene.Request = scene.Request with { ParametersInClear = true };
        Assert.NotEqual(-1, scene.Build().AsSpan().IndexOf(name));
        Assert.Equal(MikeyError.KeyParametersInClear, scene.Open());
    }

    [Fact]
    public void NothingIsWrittenWithoutKeysOrRoom()
    {
        using var scene = new MikeyScene();
        int length = scene.Build().Length;
        byte[] memory = [.. Enumerable.Repeat((byte)7, length)];
        foreach (int size in new[] { 0, 9, 300, length - 1 })
            Assert.False(MikeySakkeBuilder.TryBuild(scene.Request, scene.Crypto, scene.Crypto, new MikeyEntropy(2), memory.AsSpan(0, size), out _));
        scene.Crypto.HasKeys = false;
        Assert.False(MikeySakkeBuilder.TryBuild(scene.Request, scene.Crypto, scene.Crypto, new MikeyEntropy(2), memory, out length));
        Assert.Equal(0, length);
        Assert.All(memory, octet => Assert.Equal(0, octet));
    }

    [Fact]
    public void AKeyIsNotOfferedForAnotherKindOfSession()
    {
        using var scene = new MikeyScene();
        scene.Request = scene.Request with { CryptoSessions = [CryptoSession.McpttClientServer] };
        Assert.Throws<ArgumentException>(() => scene.Build());
    }
}
