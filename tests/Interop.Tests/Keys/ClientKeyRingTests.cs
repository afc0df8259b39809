using MediaEngine.Keys;
using MediaEngine.Server;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class ClientKeyRingTests : IDisposable
{
    private const string Alice = "sip:alice@mcx.example";
    private const string Bob = "sip:bob@mcx.example";
    private const string Fire = "sip:fire@mcx.example";
    private const string Rail = "sip:rail@mcx.example";

    private readonly ProvisioningKms _kms = new();
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly IdentityKeys _identity;
    private readonly ClientKeyRing _ring;

    public ClientKeyRingTests()
    {
        _identity = _kms.Issue(Alice);
        _ring = Ring();
    }

    private string Path => _folder.File("alice.keys.json");

    public void Dispose()
    {
        _ring.Dispose();
        _kms.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_delivered_key_is_held_for_its_groups_and_kept_in_the_file()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire, _time.Now, _time.Now.AddHours(1));
        KeyDelivery delivery = _ring.Take(_kms.Message(key, Alice, _time.Now));
        Assert.Equal((MikeyError.None, key.Id, false, false), (delivery.Error, delivery.Id, delivery.Renewed, delivery.Revoked));
        Assert.True(_ring.Holds(Fire));
        Assert.False(_ring.Holds(Rail));
        KeptKey kept = Assert.Single(new KeyFile(Path, Alice).Load().Keys);
        Assert.Equal((key.Id, Fire), (kept.Key.Id, Assert.Single(kept.Key.GroupIds)));
        Assert.Equal(OctetsOf(key), OctetsOf(kept.Key));
    }

    [Fact]
    public void The_key_activated_last_is_sent_under_and_those_to_come_are_received_only()
    {
        using McxKey old = ProvisioningKms.Gmk(Fire, _time.Now.AddMinutes(-1)), next = ProvisioningKms.Gmk(Fire, _time.Now.AddSeconds(10));
        Deliver(old);
        Deliver(next);
        Assert.Equal(2, _ring.CopiesFor(Fire).Count);
        Assert.Equal(MkiOf(old), _ring.MkiOf(Fire, Alice));
        _time.Now = _time.Now.AddSeconds(11);
        Assert.Equal(MkiOf(next), _ring.MkiOf(Fire, Alice));
    }

    [Fact]
    public void A_key_sent_again_has_the_lifetime_of_the_later_message()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire), ending = ProvisioningKms.Renewed(key, null, _time.Now.AddMinutes(1), Fire);
        Deliver(key);
        KeyDelivery delivery = Deliver(ending, _time.Now.AddSeconds(1));
        Assert.True(delivery.Renewed);
        _time.Now = _time.Now.AddMinutes(2);
        Assert.Equal([key.Id], _ring.RemoveRetired());
        Assert.False(_ring.Holds(Fire));
        Assert.Empty(new KeyFile(Path, Alice).Load().Keys);
    }

    [Fact]
    public void A_revoked_key_is_gone_and_does_not_come_back()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Deliver(key);
        KeyDelivery revocation = _ring.Take(_kms.Message(key, Alice, _time.Now.AddSeconds(1), revoke: true));
        Assert.Equal((MikeyError.None, true), (revocation.Error, revocation.Revoked));
        Assert.False(_ring.Holds(Fire));
        Assert.Equal(MikeyError.KeyRevoked, _ring.Take(_kms.Message(key, Alice, _time.Now.AddSeconds(2))).Error);
        using ClientKeyRing restarted = Ring();
        restarted.Restore();
        Assert.Equal(MikeyError.KeyRevoked, restarted.Take(_kms.Message(key, Alice, _time.Now.AddSeconds(3))).Error);
    }

    [Fact]
    public void A_restart_restores_the_keys_that_are_not_over()
    {
        using McxKey lasting = ProvisioningKms.Gmk(Fire), ending = ProvisioningKms.Gmk(Rail, null, _time.Now.AddMinutes(1));
        Deliver(lasting);
        Deliver(ending);
        _time.Now = _time.Now.AddMinutes(2);
        using ClientKeyRing restarted = Ring();
        Assert.Equal([lasting.Id], restarted.Restore().Select(key => key.Id));
        Assert.Equal(MkiOf(lasting), restarted.MkiOf(Fire, Alice));
        Assert.False(restarted.Holds(Rail));
    }

    [Fact]
    public void A_configured_key_is_held_and_not_kept()
    {
        using McxKey configured = ProvisioningKms.Gmk(Fire), delivered = ProvisioningKms.Gmk(Rail);
        using GroupMasterKey gmk = configured.ToGroupMasterKey();
        _ring.AddConfigured(Fire, gmk);
        Deliver(delivered);
        Assert.Equal(MkiOf(configured), _ring.MkiOf(Fire, Alice));
        Assert.Equal([delivered.Id], new KeyFile(Path, Alice).Load().Keys.Select(kept => kept.Key.Id));
    }

    [Fact]
    public void A_key_configured_for_several_groups_is_held_for_each()
    {
        using McxKey configured = ProvisioningKms.Gmk(Fire);
        using GroupMasterKey gmk = configured.ToGroupMasterKey();
        _ring.AddConfigured(Fire, gmk);
        _ring.AddConfigured(Rail, gmk);
        Assert.Equal(MkiOf(configured), _ring.MkiOf(Fire, Alice));
        Assert.Equal(MkiOf(configured), _ring.MkiOf(Rail, Alice));
    }

    [Fact]
    public void Two_configured_keys_with_one_identifier_are_refused()
    {
        using GroupMasterKey first = new(new KeyIdentifier(1), new byte[16], new byte[16]), second = new(new KeyIdentifier(1), [1, .. new byte[15]], new byte[16]);
        _ring.AddConfigured(Fire, first);
        var error = Assert.Throws<ToolException>(() => _ring.AddConfigured(Rail, second));
        Assert.Contains("key identifier 00000001", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_revocation_without_room_is_not_taken_and_said_so()
    {
        Fill();
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Assert.Throws<ToolException>(() => _ring.Take(_kms.Message(key, Alice, _time.Now, revoke: true)));
    }

    [Fact]
    public void A_delivered_key_in_force_replaces_the_configured_one_for_sending()
    {
        using McxKey configured = ProvisioningKms.Gmk(Fire), delivered = ProvisioningKms.Gmk(Fire, _time.Now);
        using GroupMasterKey gmk = configured.ToGroupMasterKey();
        _ring.AddConfigured(Fire, gmk);
        Deliver(delivered);
        Assert.Equal(MkiOf(delivered), _ring.MkiOf(Fire, Alice));
        Assert.Equal(2, _ring.IdsOf(Fire).Count);
    }

    [Fact]
    public void A_replayed_message_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire);
        byte[] message = _kms.Message(key, Alice, _time.Now);
        Assert.Equal(MikeyError.None, _ring.Take(message).Error);
        Assert.Equal(MikeyError.Replayed, _ring.Take(message).Error);
    }

    [Fact]
    public void A_message_replayed_after_a_restart_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire), ended = ProvisioningKms.Renewed(key, null, _time.Now.AddSeconds(30), Fire);
        byte[] message = _kms.Message(key, Alice, _time.Now);
        Assert.Equal(MikeyError.None, _ring.Take(message).Error);
        Deliver(ended, _time.Now.AddSeconds(1));
        _time.Now = _time.Now.AddMinutes(1);
        _ring.RemoveRetired();
        using ClientKeyRing restarted = Ring();
        Assert.Empty(restarted.Restore());
        // The first message says nothing of an end: taken, it would give the key a second life.
        Assert.Equal(MikeyError.Replayed, restarted.Take(message).Error);
        Assert.False(restarted.Holds(Fire));
    }

    [Fact]
    public void An_older_message_than_the_one_in_force_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire), ending = ProvisioningKms.Renewed(key, null, _time.Now.AddMinutes(1), Fire);
        byte[] first = _kms.Message(key, Alice, _time.Now);
        Deliver(ending, _time.Now.AddSeconds(1));
        Assert.Equal(MikeyError.Replayed, _ring.Take(first).Error);
    }

    [Fact]
    public void An_older_revocation_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire);
        byte[] revocation = _kms.Message(key, Alice, _time.Now, revoke: true);
        Deliver(key, _time.Now.AddSeconds(1));
        Assert.Equal(MikeyError.Replayed, _ring.Take(revocation).Error);
        Assert.True(_ring.Holds(Fire));
    }

    [Fact]
    public void A_message_from_somebody_else_than_the_group_management_server_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Refused(MikeyError.WrongInitiator, _kms.Message(key, Alice, _time.Now, from: _kms.Issue(Bob)));
    }

    [Fact]
    public void A_message_for_somebody_else_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Refused(MikeyError.WrongRecipient, _kms.Message(key, Bob, _time.Now));
    }

    [Fact]
    public void A_message_of_another_kms_is_refused()
    {
        using var foreign = new ProvisioningKms("kms.elsewhere.example");
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Refused(MikeyError.UnknownKms, foreign.Message(key, Alice, _time.Now));
    }

    [Fact]
    public void A_message_of_a_false_kms_with_the_right_name_is_refused()
    {
        using var foreign = new ProvisioningKms();
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Refused(MikeyError.BadSignature, foreign.Message(key, Alice, _time.Now));
    }

    [Fact]
    public void A_message_altered_anywhere_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire);
        byte[] message = _kms.Message(key, Alice, _time.Now);
        for (int at = 0; at < message.Length; at += 29)
        {
            byte[] altered = [.. message];
            altered[at] ^= 1;
            Assert.NotEqual(MikeyError.None, _ring.Take(altered).Error);
        }
        Assert.False(_ring.Holds(Fire));
    }

    [Fact]
    public void A_message_with_a_forged_signature_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire);
        byte[] message = _kms.Message(key, Alice, _time.Now);
        // s, behind r and before PVT.
        message[^100] ^= 1;
        Refused(MikeyError.BadSignature, message);
    }

    [Fact]
    public void A_message_cut_short_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Refused(MikeyError.Truncated, _kms.Message(key, Alice, _time.Now)[..^1]);
    }

    [Fact]
    public void A_message_with_a_csk_is_refused()
    {
        using McxKey csk = McxKey.Create(KeyPurpose.ClientServerKey, SystemEntropy.Instance);
        Refused(MikeyError.WrongPurpose, _kms.Message(csk, Alice, _time.Now));
    }

    [Fact]
    public void A_message_that_is_too_old_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Refused(MikeyError.StaleTimestamp, _kms.Message(key, Alice, _time.Now.AddMinutes(-6)));
    }

    [Fact]
    public void A_message_from_the_future_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Refused(MikeyError.FutureTimestamp, _kms.Message(key, Alice, _time.Now.AddMinutes(6)));
    }

    [Fact]
    public void A_key_whose_time_is_over_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire, null, _time.Now.AddSeconds(-1));
        Refused(MikeyError.KeyExpired, _kms.Message(key, Alice, _time.Now));
    }

    [Fact]
    public void Another_key_under_an_identifier_in_use_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire), chance = ProvisioningKms.Gmk(Fire);
        using var other = new McxKey(key.Id, OctetsOf(chance), key.Rand) { GroupIds = [Fire] };
        Deliver(key);
        Assert.Equal(MikeyError.KeyIdentifierClash, _ring.Take(_kms.Message(other, Alice, _time.Now.AddSeconds(1))).Error);
        Assert.Equal(MkiOf(key), _ring.MkiOf(Fire, Alice));
    }

    [Fact]
    public void A_policy_other_than_that_of_group_media_is_refused()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Refused(MikeyError.UnsupportedPolicy, _kms.Message(key, Alice, _time.Now, policy: MikeySrtpPolicy.Control));
    }

    [Fact]
    public void The_policy_of_group_media_may_be_spelled_out()
    {
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Assert.Equal(MikeyError.None, _ring.Take(_kms.Message(key, Alice, _time.Now, policy: MikeySrtpPolicy.GroupMedia)).Error);
    }

    [Fact]
    public void A_key_that_cannot_be_kept_is_not_held_and_a_later_message_brings_it()
    {
        string blocked = _folder.File("blocked.keys.json");
        Directory.CreateDirectory(blocked);
        using ClientKeyRing ring = Ring(blocked);
        using McxKey key = ProvisioningKms.Gmk(Fire);
        byte[] message = _kms.Message(key, Alice, _time.Now);
        var error = Assert.Throws<ToolException>(() => ring.Take(message));
        Assert.Contains(blocked, error.Message, StringComparison.Ordinal);
        Assert.False(ring.Holds(Fire));
        Directory.Delete(blocked);
        Assert.Equal(MikeyError.None, ring.Take(_kms.Message(key, Alice, _time.Now.AddSeconds(1))).Error);
        Assert.True(ring.Holds(Fire));
    }

    [Fact]
    public void A_full_ring_takes_no_more_and_says_so()
    {
        Fill();
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Assert.Throws<ToolException>(() => _ring.Take(_kms.Message(key, Alice, _time.Now)));
        Assert.False(_ring.Holds(Fire));
    }

    private void Fill()
    {
        for (uint i = 1; i <= ClientKeyRing.Capacity; i++)
        {
            using var filler = new GroupMasterKey(new KeyIdentifier(i), new byte[16], new byte[16]);
            _ring.AddConfigured(Rail, filler);
        }
    }

    private ClientKeyRing Ring(string? path = null) =>
        new(_identity, ProvisioningKms.GroupManagementServer, new KeyFile(path ?? Path, Alice), _time);

    private KeyDelivery Deliver(McxKey key, DateTimeOffset? time = null)
    {
        KeyDelivery delivery = _ring.Take(_kms.Message(key, Alice, time ?? _time.Now));
        Assert.Equal(MikeyError.None, delivery.Error);
        return delivery;
    }

    private void Refused(MikeyError error, byte[] message)
    {
        Assert.Equal(error, _ring.Take(message).Error);
        Assert.False(_ring.Holds(Fire));
        Assert.False(File.Exists(Path));
    }

    private static byte[] MkiOf(McxKey key)
    {
        byte[] mki = new byte[GroupMasterKey.Mki_bytes];
        key.WriteMki(key.BundleIdFor(Alice), mki);
        return mki;
    }

    private static byte[] OctetsOf(McxKey key)
    {
        byte[] octets = new byte[McxKey.Key_bytes];
        key.CopyKeyTo(octets);
        return octets;
    }
}
