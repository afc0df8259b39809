using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class PresharedKeyWrapTests
{
    // Made by a program of its own after RFC 3830 3.1, 4.1.4, 4.2.3 and RFC 6043 6.1, 6.2: key 40..4f and RAND 80..8f under
    // the published GMK 09bf9d37, T 0xec898da8.
    private const string Independent =
        "010005010a0b0c0d00010b00ec898da8000000000e10808182838485868788898a8b8c8d8e8f010402000409bf9d3700010014580c1448a4c5fbb8" +
        "a9b3fd062071d308c3b756d702960ff37c597a8c619d0c032b4b8b4c6c3996576b7b7646db9a57d1631566c7bd";

    private static readonly DateTimeOffset Now = PublishedMessages.Time;

    private readonly PresharedKeyWrap _wrap = new(new MikeyReplayCache(4, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1)));

    [Fact]
    public void AnIndependentMessageIsOpened()
    {
        using McxKeyStore held = Holding(Parent());
        using McxKey expected = Temporary();
        Assert.Equal(MikeyError.None, _wrap.TryUnwrap(Convert.FromHexString(Independent), held, Now, out McxKey? temporary));
        Assert.True(expected.IsSame(temporary!));
        temporary!.Dispose();
        Assert.Equal(MikeyError.Replayed, _wrap.TryUnwrap(Convert.FromHexString(Independent), held, Now, out _));
    }

    [Fact]
    public void TheSameInputsGiveTheSameEncryptedKey()
    {
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(Convert.FromHexString(Independent), out MikeyMessage independent));
        using McxKey temporary = Temporary();
        Assert.Equal(MikeyError.None, MikeyMessage.TryParse(Wrap(temporary), out MikeyMessage ours));
        Assert.Equal(independent[independent.Count - 1].AsKeyDataTransport().EncryptedData, ours[ours.Count - 1].AsKeyDataTransport().EncryptedData);
    }

    [Fact]
    public void LifetimeAndGroupsArrive()
    {
        using McxKeyStore held = Holding(Parent());
        using McxKey temporary = Temporary(new KeyValidity(Now, Now.AddHours(8)), "sip:incident@mcx.example");
        Assert.Equal(MikeyError.None, _wrap.TryUnwrap(Wrap(temporary), held, Now, out McxKey? opened));
        Assert.Equal(temporary.Validity, opened!.Validity);
        Assert.Equal(temporary.GroupIds, opened.GroupIds);
        opened.Dispose();
    }

    [Fact]
    public void EveryChangedOctetIsNoticed()
    {
        using McxKeyStore held = Holding(Parent());
        using McxKey temporary = Temporary();
        byte[] message = Wrap(temporary);
        for (int at = 0; at < message.Length; at++)
        {
            message[at] ^= 1;
            Assert.NotEqual(MikeyError.None, _wrap.TryUnwrap(message, held, Now, out McxKey? none));
            Assert.Null(none);
            message[at] ^= 1;
        }
        message[^1] ^= 1;
        Assert.Equal(MikeyError.BadMac, _wrap.TryUnwrap(message, held, Now, out _));
    }

    [Fact]
    public void TheParentMustBeHeldAndUsable()
    {
        byte[] message = Convert.FromHexString(Independent);
        using var empty = new McxKeyStore(4);
        Assert.Equal(MikeyError.UnknownPresharedKey, _wrap.TryUnwrap(message, empty, Now, out _));
        using McxKeyStore revoked = Holding(Parent());
        revoked.Revoke(GroupKeys.Identifier("09bf9d37"));
        Assert.Equal(MikeyError.UnknownPresharedKey, _wrap.TryUnwrap(message, revoked, Now, out _));
    }

    [Fact]
    public void ClashesRevocationsExpiryAndTimeAreSeen()
    {
        using McxKeyStore held = Holding(Parent());
        using McxKey temporary = Temporary();
        held.Install(new McxKey(temporary.Id, new byte[16], temporary.Rand));
        Assert.Equal(MikeyError.KeyIdentifierClash, _wrap.TryUnwrap(Wrap(temporary), held, Now, out _));
        held.Revoke(temporary.Id);
        Assert.Equal(MikeyError.KeyRevoked, _wrap.TryUnwrap(Wrap(temporary, 3), held, Now, out _));
        using McxKey expired = Temporary(new KeyValidity(null, Now));
        using McxKeyStore fresh = Holding(Parent());
        Assert.Equal(MikeyError.KeyExpired, _wrap.TryUnwrap(Wrap(expired, 4), fresh, Now, out _));
        Assert.Equal(MikeyError.StaleTimestamp, _wrap.TryUnwrap(Wrap(temporary, 5), fresh, Now.AddHours(1), out _));
        Assert.Equal(MikeyError.WrongDataType, _wrap.TryUnwrap(PublishedMessages.Octets(0), fresh, Now, out _));
    }

    [Fact]
    public void AMessageThatDoesNotFitIsNotWritten()
    {
        using McxKey temporary = Temporary(), parent = Parent();
        byte[] memory = [.. Enumerable.Repeat((byte)7, 150)];
        Assert.False(_wrap.TryWrap(temporary, parent, Now, new MikeyEntropy(1), memory, out int length));
        Assert.Equal(0, length);
        Assert.All(memory, octet => Assert.Equal(0, octet));
    }

    private byte[] Wrap(McxKey temporary, int seed = 1)
    {
        using McxKey parent = Parent();
        byte[] memory = new byte[500];
        Assert.True(_wrap.TryWrap(temporary, parent, Now, new MikeyEntropy(seed), memory, out int length));
        return memory[..length];
    }

    private static McxKey Parent() =>
        new(GroupKeys.Identifier("09bf9d37"), GroupKeys.Vector(0).Bytes("gmk"), GroupKeys.Vector(0).Bytes("rand"));

    private static McxKey Temporary(KeyValidity validity = default, params string[] groups) =>
        new(GroupKeys.Identifier("0a0b0c0d"), Run(0x40), Run(0x80)) { Validity = validity, GroupIds = groups };

    private static byte[] Run(byte first) => [.. Enumerable.Range(first, 16).Select(octet => (byte)octet)];

    private static McxKeyStore Holding(McxKey key)
    {
        var held = new McxKeyStore(4);
        Assert.Equal(KeyInstallation.Installed, held.Install(key));
        return held;
    }
}
