using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Srtp;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class CallGroupKeysTests : IDisposable
{
    private const string Fire = "sip:fire@mcx.example";
    private const string Alice = "sip:alice@mcx.example";
    private const string Bob = "sip:bob@mcx.example";
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private readonly McxKey _old = ProvisioningKms.Gmk(Fire, Now.AddMinutes(-1), Now.AddSeconds(20));
    private readonly McxKey _next = ProvisioningKms.Gmk(Fire, Now.AddSeconds(10));
    private readonly CallGroupKeys _keys;

    public CallGroupKeysTests() => _keys = new CallGroupKeys(Fire, Alice, [Copy(_old), Copy(_next)]);

    public void Dispose()
    {
        _keys.Dispose();
        _old.Dispose();
        _next.Dispose();
    }

    [Fact]
    public void Each_moment_has_its_key_for_sending()
    {
        Assert.Null(_keys.SendingAt(Now.AddMinutes(-2)));
        Assert.Equal(_old.Id, _keys.SendingAt(Now)?.Id);
        Assert.Equal(_old.Id, _keys.SendingAt(Now.AddSeconds(10).AddTicks(-1))?.Id);
        Assert.Equal(_next.Id, _keys.SendingAt(Now.AddSeconds(10))?.Id);
    }

    [Fact]
    public void Media_under_every_key_held_is_heard_also_before_it_is_in_force()
    {
        Assert.Equal(SrtpOutcome.Ok, Receive(PacketOf(_old)));
        Assert.Equal(SrtpOutcome.Ok, Receive(PacketOf(_next)));
    }

    [Fact]
    public void A_key_that_is_over_is_heard_no_more()
    {
        byte[] packet = PacketOf(_old);
        _keys.Expire(Now.AddSeconds(20));
        Assert.Equal(SrtpOutcome.UnknownMki, Receive(packet));
        Assert.Equal(SrtpOutcome.Ok, Receive(PacketOf(_next)));
    }

    [Fact]
    public void A_key_that_is_not_over_yet_stays()
    {
        _keys.Expire(Now.AddSeconds(19));
        Assert.Equal(SrtpOutcome.Ok, Receive(PacketOf(_old)));
    }

    [Fact]
    public void A_key_that_is_not_among_the_new_ones_is_heard_no_more()
    {
        byte[] packet = PacketOf(_old);
        _keys.Replace([Copy(_next)]);
        Assert.Equal(SrtpOutcome.UnknownMki, Receive(packet));
        Assert.Null(_keys.SendingAt(Now));
    }

    [Fact]
    public void A_key_that_stays_refuses_what_was_heard_before()
    {
        byte[] packet = PacketOf(_old);
        Assert.Equal(SrtpOutcome.Ok, Receive(packet));
        _keys.Replace([Copy(_old)]);
        Assert.Equal(SrtpOutcome.Replayed, Receive(packet));
    }

    [Fact]
    public void A_new_lifetime_counts_at_once()
    {
        _keys.Replace([ProvisioningKms.Renewed(_old, Now.AddMinutes(-1), Now.AddSeconds(-1), Fire)]);
        Assert.Null(_keys.SendingAt(Now));
        _keys.Expire(Now);
        Assert.Equal(SrtpOutcome.UnknownMki, Receive(PacketOf(_old)));
    }

    [Fact]
    public void The_own_mki_is_known_for_each_key_held()
    {
        Assert.True(_keys.IsOwn(MkiOf(_old, Alice)));
        Assert.True(_keys.IsOwn(MkiOf(_next, Alice)));
        Assert.False(_keys.IsOwn(MkiOf(_old, Bob)));
        using McxKey other = ProvisioningKms.Gmk(Fire);
        Assert.False(_keys.IsOwn(MkiOf(other, Alice)));
    }

    [Fact]
    public void What_is_sent_under_a_key_is_what_a_member_expects_of_this_user()
    {
        using SrtpMasterKey master = _keys.DeriveSendingKey(_keys.SendingAt(Now)!);
        using GroupMasterKey gmk = _old.ToGroupMasterKey();
        using var bob = new GroupMediaReceiver(SrtpPolicy.GroupMedia);
        bob.AddGroupKey(gmk);
        byte[] packet = Protect(master);
        Assert.Equal(SrtpOutcome.Ok, bob.Unprotect(packet, new byte[packet.Length], out _, out KeyIdentifier sender));
        Assert.Equal(gmk.GukIdFor(Alice), sender);
    }

    [Fact]
    public void The_same_key_twice_is_a_programmers_error() =>
        Assert.Throws<ArgumentException>(() => _keys.Replace([Copy(_old), Copy(_old)]));

    private SrtpOutcome Receive(byte[] packet) => _keys.Unprotect(packet, new byte[packet.Length], out _);

    private static McxKey Copy(McxKey key) => ProvisioningKms.Renewed(key, key.Validity.Activation, key.Validity.Expiry, Fire);

    /// <summary>A packet of bob's.</summary>
    private static byte[] PacketOf(McxKey key)
    {
        using GroupMasterKey gmk = key.ToGroupMasterKey();
        using SrtpMasterKey master = gmk.DeriveMediaKey(gmk.GukIdFor(Bob));
        return Protect(master);
    }

    private static byte[] Protect(SrtpMasterKey master)
    {
        using var sender = new SrtpSender(master, SrtpPolicy.GroupMedia);
        byte[] buffer = new byte[256];
        int length = new RtpHeader { PayloadType = 8, SequenceNumber = 1, Timestamp = 1, Ssrc = 1 }.WriteFixed(buffer) + 160;
        Assert.Equal(SrtpOutcome.Ok, sender.Protect(buffer, length, out int protectedLength));
        return buffer[..protectedLength];
    }

    private static byte[] MkiOf(McxKey key, string user)
    {
        byte[] mki = new byte[GroupMasterKey.Mki_bytes];
        key.WriteMki(key.BundleIdFor(user), mki);
        return mki;
    }
}
