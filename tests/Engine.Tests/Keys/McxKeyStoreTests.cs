using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public sealed class McxKeyStoreTests
{
    private const string Fire = "sip:fire@mcx.example";
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void TheKeyActivatedLastIsSentUnderAndAllUnexpiredAreReceived()
    {
        using var store = new McxKeyStore(8);
        store.Install(Key(1, activation: Now.AddDays(-2)));
        store.Install(Key(2, activation: Now.AddDays(-1)));
        store.Install(Key(3, activation: Now.AddDays(1)));
        store.Install(Key(4, activation: Now.AddHours(-1), expiry: Now));
        store.Install(Key(5, activation: Now.AddHours(-1), group: "sip:rail@mcx.example"));
        store.Install(Key(0x20000006, activation: Now.AddMinutes(-1)));
        Assert.Equal(2u, store.FindForSending(Fire, Now)!.Id.Value);
        Assert.Equal(3u, store.FindForSending(Fire, Now.AddDays(1))!.Id.Value);
        Assert.Null(store.FindForSending("sip:other@mcx.example", Now));
        Assert.Equal([1u, 2u, 3u], new uint[] { 1, 2, 3, 4, 9 }.Where(id => store.Find(new KeyIdentifier(id), Now) is not null));
        Assert.Equal(
            [KeyStatus.Active, KeyStatus.Pending, KeyStatus.Retired, null],
            new uint[] { 1, 3, 4, 9 }.Select(id => store.StatusOf(new KeyIdentifier(id), Now)));
    }

    [Fact]
    public void ARevokedKeyIsZeroedForgottenAndNeverTakenAgain()
    {
        using var store = new McxKeyStore(2);
        McxKey key = Key(1);
        store.Install(key);
        Assert.True(store.Revoke(key.Id));
        Assert.Throws<ObjectDisposedException>(() => key.CopyKeyTo(new byte[16]));
        Assert.Equal(KeyStatus.Revoked, store.StatusOf(key.Id, Now));
        Assert.Null(store.Find(key.Id, Now));
        Assert.Null(store.FindForSending(Fire, Now));
        using McxKey again = Key(1);
        Assert.Equal(KeyInstallation.Revoked, store.Install(again));
        store.RemoveRetired(Now.AddYears(100));
        Assert.Equal(KeyInstallation.Revoked, store.Check(again));
    }

    [Fact]
    public void AnotherKeyUnderAHeldIdentifierClashesAndTheSameRenews()
    {
        using var store = new McxKeyStore(2);
        McxKey first = Key(1), renewed = Key(1, expiry: Now);
        store.Install(first);
        using McxKey otherKey = new(first.Id, new byte[16], first.Rand), otherRand = new(first.Id, Octets(1), new byte[16]);
        Assert.Equal(KeyInstallation.Clash, store.Install(otherKey));
        Assert.Equal(KeyInstallation.Clash, store.Install(otherRand));
        Assert.Same(first, store.Find(first.Id, Now));
        Assert.Equal(KeyInstallation.Renewed, store.Install(renewed));
        Assert.Equal(KeyStatus.Retired, store.StatusOf(first.Id, Now));
        Assert.Throws<ObjectDisposedException>(() => first.CopyKeyTo(new byte[16]));
        Assert.Equal(KeyInstallation.Renewed, store.Install(renewed));
        renewed.CopyKeyTo(new byte[16]);
    }

    [Fact]
    public void RoomIsBoundedAndRetiredKeysMakeIt()
    {
        using var store = new McxKeyStore(1);
        McxKey first = Key(1, expiry: Now);
        store.Install(first);
        McxKey second = Key(2);
        Assert.Equal(KeyInstallation.Full, store.Install(second));
        Assert.False(store.Revoke(second.Id));
        store.RemoveRetired(Now);
        Assert.Equal(0, store.Count);
        Assert.Throws<ObjectDisposedException>(() => first.CopyKeyTo(new byte[16]));
        Assert.Equal(KeyInstallation.Installed, store.Install(second));
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => second.CopyKeyTo(new byte[16]));
    }

    private static McxKey Key(uint id, DateTimeOffset? activation = null, DateTimeOffset? expiry = null, string group = Fire) =>
        new(new KeyIdentifier(id), Octets((byte)id), Octets(0x77)) { Validity = new KeyValidity(activation, expiry), GroupIds = [group] };

    private static byte[] Octets(byte value) => [.. Enumerable.Repeat(value, 16)];
}
