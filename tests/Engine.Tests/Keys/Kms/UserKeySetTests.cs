using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests;

public sealed class UserKeySetTests
{
    [Theory]
    [InlineData(PublishedKms.Gms)]
    [InlineData(PublishedKms.Alice)]
    [InlineData(PublishedKms.Bob)]
    public void Published_keys_are_taken(string uri)
    {
        using ReceivedKeySet received = PublishedKms.KeySetOf(uri);
        Assert.Equal(UserKeySetOutcome.Ok, UserKeySet.Receive(PublishedKms.Certificate, received, out UserKeySet? taken));
        using UserKeySet keys = taken!;
        Assert.Equal((uri, 236L), (keys.UserUri, keys.KeyPeriodNumber));
        Assert.Equal(PublishedKms.User(uri).Text("uid"), Convert.ToHexStringLower(keys.UserIdentifier));
    }

    [Fact]
    public void Keys_without_a_UserID_are_checked_by_themselves() =>
        Assert.Equal(UserKeySetOutcome.Ok, Outcome(set => With(set, uid: [])));

    [Fact]
    public void Keys_of_another_user_are_refused() =>
        Assert.Equal(UserKeySetOutcome.BadSigningKey, Outcome(set => With(set, uri: PublishedKms.Bob, uid: [])));

    [Fact]
    public void Keys_of_another_period_are_refused() =>
        Assert.Equal(UserKeySetOutcome.BadSigningKey, Outcome(set => With(set, period: 237, uid: [])));

    [Fact]
    public void A_UserID_of_another_user_is_refused() =>
        Assert.Equal(UserKeySetOutcome.WrongUserIdentifier, Outcome(set => With(set, uid: PublishedKms.User(PublishedKms.Bob).Bytes("uid"))));

    [Fact]
    public void An_RSK_of_another_user_is_refused() =>
        Assert.Equal(UserKeySetOutcome.BadDecryptKey, Outcome(set => With(set, rsk: PublishedKms.User(PublishedKms.Bob).Bytes("user_decrypt_key"))));

    [Fact]
    public void An_RSK_of_a_wrong_length_is_refused() =>
        Assert.Equal(UserKeySetOutcome.BadDecryptKey, Outcome(set => With(set, rsk: set.DecryptKey[..^1])));

    [Fact]
    public void An_RSK_off_the_curve_is_refused() =>
        Assert.Equal(UserKeySetOutcome.BadDecryptKey, Outcome(set => With(set, rsk: [.. set.DecryptKey[..^1], (byte)(set.DecryptKey[^1] ^ 1)])));

    [Fact]
    public void An_SSK_of_another_user_is_refused() =>
        Assert.Equal(UserKeySetOutcome.BadSigningKey, Outcome(set => With(set, ssk: PublishedKms.User(PublishedKms.Bob).Bytes("ssk"))));

    [Fact]
    public void An_empty_SSK_is_refused() =>
        Assert.Equal(UserKeySetOutcome.BadSigningKey, Outcome(set => With(set, ssk: [])));

    [Fact]
    public void A_PVT_of_another_user_is_refused() =>
        Assert.Equal(UserKeySetOutcome.BadSigningKey, Outcome(set => With(set, pvt: PublishedKms.User(PublishedKms.Bob).Bytes("pvt"))));

    [Fact]
    public void A_key_set_of_another_KMS_is_refused() =>
        Assert.Equal(UserKeySetOutcome.WrongKms, Outcome(set => With(set, kms: "kms.other.example")));

    [Fact]
    public void A_revoked_key_set_is_refused() =>
        Assert.Equal(UserKeySetOutcome.Revoked, Outcome(set => With(set, revoked: true)));

    [Fact]
    public void A_key_set_under_a_revoked_certificate_is_refused()
    {
        using ReceivedKeySet received = PublishedKms.KeySetOf(PublishedKms.Alice);
        Assert.Equal(UserKeySetOutcome.Revoked, UserKeySet.Receive(PublishedKms.CertificateWith(revoked: true), received, out UserKeySet? keys));
        Assert.Null(keys);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void A_key_period_without_a_date_is_refused(long period) =>
        Assert.Equal(UserKeySetOutcome.BadKeyPeriod, Outcome(set => With(set, period: period)));

    [Theory]
    [InlineData(0)]
    [InlineData(UserKeySet.MaxUri_bytes + 1)]
    public void A_user_URI_of_an_impossible_length_is_refused(int length) =>
        Assert.Equal(UserKeySetOutcome.BadUserUri, Outcome(set => With(set, uri: new string('a', length))));

    [Fact]
    public void Nothing_prints_keys()
    {
        using ReceivedKeySet received = PublishedKms.KeySetOf(PublishedKms.Alice);
        UserKeySet.Receive(PublishedKms.Certificate, received, out UserKeySet? keys);
        using (keys)
            Assert.Equal(("sip:alice@streamwide.com period 236", "sip:alice@streamwide.com period 236"), (received.ToString(), keys!.ToString()));
    }

    [Fact]
    public void Disposing_what_was_received_zeroes_it_and_leaves_the_keys()
    {
        ReceivedKeySet received = PublishedKms.KeySetOf(PublishedKms.Alice);
        UserKeySet.Receive(PublishedKms.Certificate, received, out UserKeySet? keys);
        received.Dispose();
        Assert.All(received.SigningKey.Concat(received.DecryptKey), octet => Assert.Equal(0, octet));
        byte[] ssk = new byte[SecretSigningKey.Length_bytes];
        keys!.SecretSigningKey.CopyKeyTo(ssk);
        Assert.Equal(PublishedKms.User(PublishedKms.Alice).Bytes("ssk"), ssk);
        keys.Dispose();
        Assert.Throws<ObjectDisposedException>(() => keys.SecretSigningKey.CopyKeyTo(ssk));
    }

    private static UserKeySetOutcome Outcome(Func<ReceivedKeySet, ReceivedKeySet> change)
    {
        using ReceivedKeySet received = change(PublishedKms.KeySetOf(PublishedKms.Alice));
        UserKeySetOutcome outcome = UserKeySet.Receive(PublishedKms.Certificate, received, out UserKeySet? keys);
        Assert.Equal(outcome == UserKeySetOutcome.Ok, keys is not null);
        keys?.Dispose();
        return outcome;
    }

    private static ReceivedKeySet With(
        ReceivedKeySet set, string? uri = null, string? kms = null, long? period = null, byte[]? uid = null, byte[]? rsk = null, byte[]? ssk = null,
        byte[]? pvt = null, bool revoked = false) => new()
        {
            KmsUri = kms ?? set.KmsUri,
            UserUri = uri ?? set.UserUri,
            KeyPeriodNumber = period ?? set.KeyPeriodNumber,
            UserIdentifier = uid is null ? set.UserIdentifier : uid.Length == 0 ? null : uid,
            Revoked = revoked,
            DecryptKey = rsk ?? set.DecryptKey,
            SigningKey = ssk ?? set.SigningKey,
            PublicValidationToken = pvt ?? set.PublicValidationToken,
        };
}
