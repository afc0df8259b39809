using System.Text.Json.Nodes;
using MediaEngine.Engine.Tests.Media;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests;

public sealed class IdentityKeysTests
{
    private const string Gms = "sip:gms@mcx.example";
    private const string Alice = "sip:alice@mcx.example";
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("GMK", PublishedKms.Alice, PublishedKms.Gms)]
    [InlineData("CSK", PublishedKms.Gms, PublishedKms.Alice)]
    [InlineData("PCK", PublishedKms.Bob, PublishedKms.Alice)]
    public void Published_messages_open_with_published_keys(string test, string responder, string initiator)
    {
        JsonNode vector = PublishedKms.Message(test);
        using IdentityKeys keys = PublishedKms.IdentityOf(responder);
        Assert.True(KeyIdentifier.TryParse(vector.Text("key_id"), out KeyIdentifier id));
        MikeyError error = OpenerOf(keys).TryOpen(
            Convert.FromBase64String(vector.Text("i_message_base64")), id.Purpose, initiator, PublishedKms.Time, null, out OpenedMikeyMessage? opened, out _);
        Assert.Equal(MikeyError.None, error);
        using (opened)
        {
            Assert.Equal(id, opened!.Key.Id);
            byte[] key = new byte[McxKey.Key_bytes];
            opened.Key.CopyKeyTo(key);
            Assert.Equal(vector.Bytes("key"), key);
        }
    }

    [Fact]
    public void What_one_identity_sends_the_other_opens()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        using IdentityKeys gms = kms.IssueIdentity(Gms, Now, new SeededEntropy(2)), alice = kms.IssueIdentity(Alice, Now, new SeededEntropy(3));
        byte[] message = MessageFrom(gms, alice, kms.Certificate.Kms, Now);
        Assert.Equal(MikeyError.None, Open(alice, message, Gms, Now));
    }

    [Fact]
    public void A_message_of_the_period_before_opens()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        using IdentityKeys gms = kms.IssueIdentity(Gms, Now, new SeededEntropy(2)), alice = kms.IssueIdentity(Alice, Now, new SeededEntropy(3));
        DateTimeOffset boundary = KeyPeriods.StartOf(kms.Certificate.Kms, KeyPeriods.PeriodAt(kms.Certificate.Kms, Now));
        byte[] message = MessageFrom(gms, alice, kms.Certificate.Kms, boundary.AddSeconds(-1));
        Assert.Equal(MikeyError.None, Open(alice, message, Gms, boundary.AddSeconds(1)));
    }

    [Fact]
    public void A_message_across_two_KMSs_that_trust_each_other_opens()
    {
        using KeyAuthority home = KeyAuthorityTests.Generate(1), partner = KeyAuthorityTests.Generate(2, "kms.partner.example");
        using IdentityKeys gms = home.IssueIdentity(Gms, Now, new SeededEntropy(2), partner.Certificate);
        using IdentityKeys alice = partner.IssueIdentity(Alice, Now, new SeededEntropy(3), home.Certificate);
        byte[] message = MessageFrom(gms, alice, partner.Certificate.Kms, Now);
        Assert.Equal(MikeyError.None, Open(alice, message, Gms, Now));
    }

    [Fact]
    public void A_sender_of_a_KMS_that_is_not_trusted_is_refused()
    {
        using KeyAuthority home = KeyAuthorityTests.Generate(1), partner = KeyAuthorityTests.Generate(2, "kms.partner.example");
        using IdentityKeys gms = home.IssueIdentity(Gms, Now, new SeededEntropy(2), partner.Certificate);
        using IdentityKeys alice = partner.IssueIdentity(Alice, Now, new SeededEntropy(3));
        byte[] message = MessageFrom(gms, alice, partner.Certificate.Kms, Now);
        Assert.Equal(MikeyError.UnknownKms, Open(alice, message, Gms, Now));
    }

    [Fact]
    public void A_revoked_certificate_is_not_trusted()
    {
        using KeyAuthority home = KeyAuthorityTests.Generate(1), partner = KeyAuthorityTests.Generate(2, "kms.partner.example");
        using IdentityKeys alice = home.IssueIdentity(Alice, Now, new SeededEntropy(3), Revoked(partner.Certificate));
        Assert.Equal([home.Certificate.Kms], alice.TrustedKms);
        Assert.False(alice.TryEncapsulate(partner.Certificate.Kms, new byte[32], new byte[16], new byte[273]));
    }

    [Fact]
    public void A_KMS_of_the_same_name_with_other_keys_is_refused()
    {
        using KeyAuthority real = KeyAuthorityTests.Generate(1), forged = KeyAuthorityTests.Generate(2);
        using IdentityKeys gms = forged.IssueIdentity(Gms, Now, new SeededEntropy(2)), alice = real.IssueIdentity(Alice, Now, new SeededEntropy(3));
        byte[] message = MessageFrom(gms, alice, real.Certificate.Kms, Now);
        Assert.Equal(MikeyError.BadSignature, Open(alice, message, Gms, Now));
    }

    [Fact]
    public void A_KMS_of_the_same_name_with_other_periods_is_not_known()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        using IdentityKeys alice = kms.IssueIdentity(Alice, Now, new SeededEntropy(3));
        KeyManagementServer weekly = kms.Certificate.Kms with { UserKeyPeriod_s = 604_800 };
        Assert.False(alice.TryEncapsulate(weekly, new byte[32], new byte[16], new byte[273]));
        Assert.False(alice.Verify(weekly, new byte[32], [], new byte[129]));
    }

    [Fact]
    public void Keys_of_other_identifiers_are_not_there()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        using IdentityKeys alice = kms.IssueIdentity(Alice, Now, new SeededEntropy(3));
        byte[] other = new byte[UserIdentifier.Length_bytes];
        Assert.False(alice.TrySign(other, "x"u8, new byte[SecretSigningKey.Signature_bytes]));
        Assert.False(alice.TryDecapsulate(other, new byte[KmsPublicKey.EncapsulatedData_bytes], new byte[16]));
    }

    [Fact]
    public void Garbage_of_any_length_gives_false()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        using IdentityKeys alice = kms.IssueIdentity(Alice, Now, new SeededEntropy(3));
        byte[] uid = alice.KeySets[0].UserIdentifier.ToArray();
        foreach (int length in (int[])[0, 1, 128, 129, 130, 272, 273, 274])
        {
            Assert.False(alice.Verify(kms.Certificate.Kms, uid, "x"u8, new byte[length]));
            Assert.False(alice.TryDecapsulate(uid, new byte[length], new byte[16]));
        }
    }

    [Fact]
    public async Task Several_threads_may_use_it_at_once()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        using IdentityKeys alice = kms.IssueIdentity(Alice, Now, new LockedEntropy());
        byte[] uid = alice.KeySets[1].UserIdentifier.ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            byte[] key = [.. Enumerable.Repeat((byte)worker, 16)], back = new byte[16];
            byte[] sealedKey = new byte[KmsPublicKey.EncapsulatedData_bytes], signature = new byte[SecretSigningKey.Signature_bytes];
            for (int i = 0; i < 5; i++)
            {
                Assert.True(alice.TryEncapsulate(alice.Kms, uid, key, sealedKey));
                Assert.True(alice.TryDecapsulate(uid, sealedKey, back));
                Assert.Equal(key, back);
                Assert.True(alice.TrySign(uid, key, signature));
                Assert.True(alice.Verify(alice.Kms, uid, key, signature));
            }
        })));
    }

    [Fact]
    public void It_must_have_a_key_set()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        Assert.Throws<ArgumentException>(() => new IdentityKeys(Alice, kms.Certificate, [], [], new SeededEntropy(1)));
    }

    [Fact]
    public void A_key_set_of_somebody_else_is_a_defect()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        using UserKeySet keys = kms.Issue(Gms, 1500, new SeededEntropy(1));
        Assert.Throws<ArgumentException>(() => new IdentityKeys(Alice, kms.Certificate, [], [keys], new SeededEntropy(1)));
    }

    [Fact]
    public void A_key_period_twice_is_a_defect()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        using UserKeySet one = kms.Issue(Alice, 1500, new SeededEntropy(1)), two = kms.Issue(Alice, 1500, new SeededEntropy(2));
        Assert.Throws<ArgumentException>(() => new IdentityKeys(Alice, kms.Certificate, [], [one, two], new SeededEntropy(1)));
    }

    [Fact]
    public void A_revoked_own_certificate_is_a_defect()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        using UserKeySet keys = kms.Issue(Alice, 1500, new SeededEntropy(1));
        Assert.Throws<ArgumentException>(() => new IdentityKeys(Alice, Revoked(kms.Certificate), [], [keys], new SeededEntropy(1)));
    }

    [Fact]
    public void A_KMS_twice_is_a_defect()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        using UserKeySet keys = kms.Issue(Alice, 1500, new SeededEntropy(1));
        Assert.Throws<ArgumentException>(() => new IdentityKeys(Alice, kms.Certificate, [kms.Certificate], [keys], new SeededEntropy(1)));
    }

    private static KmsCertificate Revoked(KmsCertificate certificate) => new()
    {
        Kms = certificate.Kms,
        KmsPublicKey = certificate.KmsPublicKey,
        KmsPublicAuthenticationKey = certificate.KmsPublicAuthenticationKey,
        Revoked = true,
    };

    private static byte[] MessageFrom(IdentityKeys sender, IdentityKeys receiver, KeyManagementServer receiverKms, DateTimeOffset time)
    {
        using var gmk = new McxKey(new KeyIdentifier(0x0123_4567), new byte[McxKey.Key_bytes], new byte[16]);
        var request = new MikeySakkeRequest
        {
            Key = gmk,
            InitiatorUri = sender.Uri,
            InitiatorKms = sender.Kms,
            ResponderUri = receiver.Uri,
            ResponderKms = receiverKms,
            Time = time,
        };
        byte[] message = new byte[MikeyMessage.MaxLength_bytes];
        Assert.True(MikeySakkeBuilder.TryBuild(request, sender, sender, new SeededEntropy(9), message, out int length));
        return message[..length];
    }

    private static MikeyError Open(IdentityKeys keys, byte[] message, string from, DateTimeOffset now)
    {
        MikeyError error = OpenerOf(keys).TryOpen(message, KeyPurpose.GroupMasterKey, from, now, null, out OpenedMikeyMessage? opened, out _);
        opened?.Dispose();
        return error;
    }

    private static MikeySakkeOpener OpenerOf(IdentityKeys keys) =>
        new(keys.Uri, keys.Kms, keys.TrustedKms, keys, keys, new MikeyReplayCache(16, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1)), MikeyOpenPolicy.Strict);

    private sealed class LockedEntropy : IEntropy
    {
        private readonly SeededEntropy _entropy = new(7);
        private readonly Lock _lock = new();

        public void Fill(Span<byte> destination)
        {
            lock (_lock)
                _entropy.Fill(destination);
        }
    }
}
