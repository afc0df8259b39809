using System.Buffers.Binary;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>Each cause of refusal has its own error, and a refused message leaves nothing.</summary>
public sealed class MikeyRefusalTests
{
    private readonly MikeyScene _scene = new();

    [Fact]
    public void EveryChangedOctetIsNoticed()
    {
        byte[] message = _scene.Build();
        var errors = new HashSet<MikeyError>();
        for (int at = 0; at < message.Length; at++)
        {
            message[at] ^= 0x01;
            errors.Add(_scene.Open(message));
            message[at] ^= 0x01;
        }
        Assert.DoesNotContain(MikeyError.None, errors);
        Assert.Contains(MikeyError.BadSignature, errors);
        Assert.Equal(0, _scene.Replays.Count);
        Assert.Equal(MikeyError.None, _scene.Open(message));
    }

    [Fact]
    public void DataTypeFunctionTimestampAndRand()
    {
        byte[] message = _scene.Build();
        Assert.Equal(MikeyError.WrongDataType, _scene.Open(Changed(message, 1, 0)));
        Assert.Equal(MikeyError.WrongPseudoRandomFunction, _scene.Open(Changed(message, 3, 0)));
        Assert.Equal(MikeyError.WrongTimestampType, _scene.Open(Changed(message, 11, 1)));
        Assert.Equal(MikeyError.WrongPurpose, _scene.Open(Changed(message, 4, 0x10)));
        var writer = new MikeyWriter(new byte[900], MikeyDataType.Sakke, default);
        AddAllBut(ref writer, MikeyPayloadType.Last, rand: 15);
        Assert.Equal(MikeyError.ShortRand, _scene.Open(writer.Written.ToArray()));
    }

    [Theory]
    [InlineData(MikeyPayloadType.Rand)]
    [InlineData(MikeyPayloadType.IdentityWithRole)]
    [InlineData(MikeyPayloadType.Sakke)]
    [InlineData(MikeyPayloadType.Signature)]
    public void AMandatoryPayloadIsMissing(MikeyPayloadType missing)
    {
        var writer = new MikeyWriter(new byte[900], MikeyDataType.Sakke, default);
        AddAllBut(ref writer, missing);
        Assert.Equal(MikeyError.MissingPayload, _scene.Open(writer.Written.ToArray()));
    }

    [Fact]
    public void AlgorithmsOfOthers()
    {
        byte[] message = _scene.Build();
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(message, out MikeyMessage parsed));
        Assert.True(parsed.TryFind(MikeyPayloadType.Sakke, out MikeyPayload sakke));
        int signature = parsed[parsed.Count - 1].Offset;
        Assert.Equal(MikeyError.UnsupportedAlgorithm, _scene.Open(Changed(message, sakke.Offset + 1, 2)));
        Assert.Equal(MikeyError.UnsupportedAlgorithm, _scene.Open(Changed(message, sakke.Offset + 2, 1)));
        Assert.Equal(MikeyError.UnsupportedAlgorithm, _scene.Open(Changed(message, signature, 0x10)));
    }

    [Fact]
    public void AKmsThatIsNotTrustedOrNotOnesOwn()
    {
        var other = new KeyManagementServer("kms.elsewhere.example", MikeyScene.Period_s, 0);
        _scene.Request = _scene.Request with { InitiatorKms = other };
        Assert.Equal(MikeyError.UnknownKms, _scene.Open());
        _scene.Trusted = [MikeyScene.Kms, other];
        Assert.Equal(MikeyError.None, _scene.Open());
        _scene.Request = _scene.Request with { InitiatorKms = MikeyScene.Kms, ResponderKms = other };
        Assert.Equal(MikeyError.UnknownKms, _scene.Open());
    }

    [Fact]
    public void KeyPeriods()
    {
        _scene.Replays = new MikeyReplayCache(8, TimeSpan.FromDays(365), TimeSpan.FromDays(1));
        Assert.Equal(MikeyError.None, OpenAfter(MikeyScene.Period_s));
        Assert.Equal(MikeyError.KeyPeriodExpired, OpenAfter(2 * MikeyScene.Period_s));
        _scene.Policy = new MikeyOpenPolicy { AcceptPreviousKeyPeriod = false };
        Assert.Equal(MikeyError.KeyPeriodExpired, OpenAfter(MikeyScene.Period_s));
        Assert.Equal(MikeyError.KeyPeriodNotYetValid, OpenAfter(-MikeyScene.Period_s));

        MikeyError OpenAfter(long seconds)
        {
            _scene.ReceiverTime = MikeyScene.Now.AddSeconds(seconds);
            return _scene.Open();
        }
    }

    [Fact]
    public void APeriodThatBeginsWithinTheClocksDifferenceIsTaken()
    {
        NtpTimestamp now = NtpTimestamp.FromUtc(MikeyScene.Now);
        long begin = (MikeyScene.Kms.PeriodOf(now) + 1) * MikeyScene.Period_s;
        DateTimeOffset next = MikeyScene.Now.AddSeconds(begin - now.Seconds);
        _scene.Request = _scene.Request with { Time = next };
        _scene.ReceiverTime = next.AddSeconds(-30);
        Assert.Equal(MikeyError.None, _scene.Open());
        _scene.ReceiverTime = next.AddSeconds(-61);
        Assert.Equal(MikeyError.KeyPeriodNotYetValid, _scene.Open());
    }

    [Fact]
    public void TimestampsOutsideTheWindow()
    {
        byte[] message = _scene.Build();
        _scene.ReceiverTime = MikeyScene.Now.AddMinutes(5).AddMilliseconds(1);
        Assert.Equal(MikeyError.StaleTimestamp, _scene.Open(message));
        _scene.ReceiverTime = MikeyScene.Now.AddMinutes(-1).AddMilliseconds(-1);
        Assert.Equal(MikeyError.FutureTimestamp, _scene.Open(message));
        Assert.Equal(0, _scene.Crypto.Verifications);
        _scene.ReceiverTime = MikeyScene.Now.AddMinutes(5);
        Assert.Equal(MikeyError.None, _scene.Open(message));
    }

    [Fact]
    public void AReplayIsRefusedWithoutASignatureCheckEvenWithAnotherSignature()
    {
        byte[] message = _scene.Build();
        Assert.Equal(MikeyError.None, _scene.Open(message));
        int before = _scene.Crypto.Verifications;
        Assert.Equal(MikeyError.Replayed, _scene.Open(message));
        message[^1] ^= 1;
        Assert.Equal(MikeyError.Replayed, _scene.Open(message));
        Assert.Equal(before, _scene.Crypto.Verifications);
    }

    [Fact]
    public void AFullCacheRefusesUntilSomethingHasAged()
    {
        _scene.Replays = new MikeyReplayCache(1, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));
        Assert.Equal(MikeyError.None, _scene.Open());
        _scene.Request = _scene.Request with { Time = MikeyScene.Now.AddSeconds(1) };
        Assert.Equal(MikeyError.ReplayCacheFull, _scene.Open());
        _scene.ReceiverTime = MikeyScene.Now.AddMinutes(5).AddMilliseconds(1);
        Assert.Equal(MikeyError.None, _scene.Open());
        Assert.Equal(1, _scene.Replays.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SomebodyElsesMessage(bool hidden)
    {
        _scene.Request = _scene.Request with { HideIdentities = hidden };
        _scene.OwnUri = "sip:mallory@mcx.example";
        Assert.Equal(MikeyError.WrongRecipient, _scene.Open());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnotherSenderThanExpected(bool hidden)
    {
        _scene.Request = _scene.Request with { HideIdentities = hidden };
        _scene.ExpectedInitiator = "sip:mallory@mcx.example";
        Assert.Equal(MikeyError.WrongInitiator, _scene.Open());
        _scene.ExpectedInitiator = MikeyScene.Initiator;
        Assert.Equal(MikeyError.None, _scene.Open());
    }

    [Fact]
    public void SignaturesWithoutTheHeaderOfSignNeedAPolicy()
    {
        _scene.Crypto.SignsWithoutHeader = true;
        Assert.Equal(MikeyError.BadSignature, _scene.Open());
        _scene.Policy = new MikeyOpenPolicy { AcceptSignatureWithoutSignHeader = true };
        Assert.Equal(MikeyError.None, _scene.Open());
    }

    [Fact]
    public void AnEncapsulationThatFailsItsCheck()
    {
        byte[] message = _scene.Build();
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(message, out MikeyMessage parsed));
        Assert.True(parsed.TryFind(MikeyPayloadType.Sakke, out MikeyPayload sakke));
        message[sakke.Offset + 100] ^= 1;
        Assert.Equal(MikeyError.DecapsulationFailed, _scene.Open(_scene.Resign(message)));
    }

    [Fact]
    public void KeyParametersThatAreNotAuthentic()
    {
        byte[] message = _scene.Build();
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(message, out MikeyMessage parsed));
        int tag = parsed[parsed.Count - 1].Offset - 1;
        message[tag] ^= 1;
        Assert.Equal(MikeyError.BadKeyParameters, _scene.Open(_scene.Resign(message)));
    }

    [Fact]
    public void AnSpiOfAnotherKey()
    {
        _scene.Request = _scene.Request with { CryptoSessions = [CryptoSession.McpttGroupCall] };
        byte[] message = _scene.Build();
        int spi = message.AsSpan().IndexOf((byte[])[8, .. IdOf(_scene.Key)]);
        message[spi + 4] ^= 1;
        Assert.Equal(MikeyError.KeyIdentifierMismatch, _scene.Open(_scene.Resign(message)));
        Assert.Equal(default, _scene.KeyId);
    }

    [Fact]
    public void AnotherKeyUnderTheSameIdentifierAndTheSameKeyAgain()
    {
        byte[] octets = new byte[16];
        _scene.Key.CopyKeyTo(octets);
        Assert.Equal(KeyInstallation.Installed, _scene.Held.Install(new McxKey(_scene.Key.Id, octets, _scene.Key.Rand)));
        Assert.Equal(MikeyError.None, _scene.Open());
        octets[0] ^= 1;
        using var other = new McxKey(_scene.Key.Id, octets, _scene.Key.Rand);
        _scene.Request = _scene.Request with { Key = other };
        Assert.Equal(MikeyError.KeyIdentifierClash, _scene.Open());
    }

    [Fact]
    public void ARevocationNamesItsKeyAndARevokedKeyDoesNotComeBack()
    {
        _scene.Request = _scene.Request with { Parameters = new KeyParameters(0) { Status = 2 } };
        Assert.Equal(MikeyError.KeyRevoked, _scene.Open());
        Assert.Equal(_scene.Key.Id, _scene.KeyId);
        Assert.Equal(0, _scene.Held.Count);
        Assert.True(_scene.Held.Revoke(_scene.KeyId));
        _scene.Request = _scene.Request with { Parameters = new KeyParameters(0), Time = MikeyScene.Now.AddSeconds(1) };
        Assert.Equal(MikeyError.KeyRevoked, _scene.Open());
    }

    [Fact]
    public void AKeyThatHasExpired()
    {
        byte[] octets = new byte[16];
        _scene.Key.CopyKeyTo(octets);
        using var expired = new McxKey(_scene.Key.Id, octets, _scene.Key.Rand) { Validity = new KeyValidity(null, MikeyScene.Now) };
        _scene.Request = _scene.Request with { Key = expired };
        Assert.Equal(MikeyError.KeyExpired, _scene.Open());
    }

    [Fact]
    public void APolicyThatIsNotCarriedOut()
    {
        _scene.Request = _scene.Request with { Policy = MikeySrtpPolicy.GroupMedia.With(MikeySrtpParameter.KeyDerivationRate, 1) };
        Assert.Equal(MikeyError.UnsupportedPolicy, _scene.Open());
    }

    [Fact]
    public void AKeyTypeAgainstThePurposeTag()
    {
        using McxKey pck = McxKey.Create(KeyPurpose.PrivateCallKey, new MikeyEntropy(3));
        _scene.Request = _scene.Request with { Key = pck, ParametersInClear = true };
        _scene.Policy = new MikeyOpenPolicy { AcceptParametersInClear = true };
        byte[] message = _scene.Build();
        int type = message.AsSpan().IndexOf((byte[])[(byte)MikeyExtensionType.KeyParameters, 0, 17, 1]) + 3;
        message[type] = 2;
        Assert.Equal(MikeyError.WrongPurpose, _scene.Open(_scene.Resign(message)));
    }

    private static byte[] Changed(byte[] message, int at, byte value)
    {
        byte[] changed = [.. message];
        changed[at] = value;
        return changed;
    }

    private static byte[] IdOf(McxKey key)
    {
        byte[] octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, key.Id.Value);
        return octets;
    }

    private static void AddAllBut(ref MikeyWriter writer, MikeyPayloadType missing, int rand = 16)
    {
        writer.AddTimestamp(MikeyTimestamp.At(NtpTimestamp.FromUtc(MikeyScene.Now)));
        if (missing != MikeyPayloadType.Rand)
            writer.AddRand(new byte[rand]);
        foreach (MikeyIdentityRole role in new[]
        {
            MikeyIdentityRole.Initiator, MikeyIdentityRole.Responder, MikeyIdentityRole.KeyManagementServer, MikeyIdentityRole.KeyManagementServer,
        })
        {
            if (missing != MikeyPayloadType.IdentityWithRole || role != MikeyIdentityRole.Responder)
                writer.AddIdentity(role, MikeyIdentityType.Uri, "sip:a@b"u8);
        }
        if (missing != MikeyPayloadType.Sakke)
            writer.AddSakke(1, MikeySakkeScheme.HashedUserIdentifier, new byte[MikeySakke.EncapsulatedData_bytes]);
        if (missing != MikeyPayloadType.Signature)
            writer.AddSignature(MikeySignatureType.Eccsi, MikeySignature.Eccsi_bytes);
    }
}
