using MediaEngine.Engine.Tests.Media;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests;

public sealed class KeyAuthorityTests
{
    private const string Alice = "sip:alice@mcx.example";
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Issued_keys_are_those_of_the_user_and_period_asked_for()
    {
        using KeyAuthority kms = Generate(1);
        using UserKeySet keys = kms.Issue(Alice, 1500, new SeededEntropy(2));
        byte[] uid = new byte[UserIdentifier.Length_bytes];
        UserIdentifier.Derive(Alice, "kms.mcx.example", 2_592_000, 0, 1500, uid);
        Assert.Equal((Alice, 1500L), (keys.UserUri, keys.KeyPeriodNumber));
        Assert.Equal(uid, keys.UserIdentifier.ToArray());
    }

    [Fact]
    public void A_restored_KMS_issues_the_same_decrypt_key()
    {
        using KeyAuthority kms = Generate(1);
        byte[] secrets = new byte[KeyAuthority.Secrets_bytes];
        kms.CopySecretsTo(secrets);
        using KeyAuthority again = KeyAuthority.Restore(kms.Certificate, secrets)!;
        using UserKeySet first = kms.Issue(Alice, 1500, new SeededEntropy(2)), second = again.Issue(Alice, 1500, new SeededEntropy(3));
        Assert.Equal(DecryptKeyOf(first), DecryptKeyOf(second));
    }

    [Fact]
    public void Keys_issued_twice_verify_both()
    {
        using KeyAuthority kms = Generate(1);
        using UserKeySet first = kms.Issue(Alice, 1500, new SeededEntropy(2)), second = kms.Issue(Alice, 1500, new SeededEntropy(3));
        Assert.NotEqual(first.SecretSigningKey.PublicValidationToken.ToArray(), second.SecretSigningKey.PublicValidationToken.ToArray());
        foreach (UserKeySet keys in (UserKeySet[])[first, second])
        {
            byte[] signature = new byte[SecretSigningKey.Signature_bytes];
            keys.SecretSigningKey.Sign("floor"u8, new SeededEntropy(4), signature);
            Assert.Equal(EccsiOutcome.Ok, kms.Certificate.KmsPublicAuthenticationKey.Verify(keys.UserIdentifier, "floor"u8, signature));
        }
    }

    [Fact]
    public void Secrets_of_another_KMS_do_not_restore()
    {
        using KeyAuthority kms = Generate(1), other = Generate(2);
        byte[] secrets = new byte[KeyAuthority.Secrets_bytes];
        other.CopySecretsTo(secrets);
        Assert.Null(KeyAuthority.Restore(kms.Certificate, secrets));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(KeyAuthority.Secrets_bytes - 1)]
    [InlineData(KeyAuthority.Secrets_bytes)]
    public void Octets_that_are_no_secrets_do_not_restore(int length)
    {
        using KeyAuthority kms = Generate(1);
        Assert.Null(KeyAuthority.Restore(kms.Certificate, new byte[length]));
    }

    [Fact]
    public void An_identity_gets_the_previous_the_current_and_the_next_period()
    {
        using KeyAuthority kms = Generate(1);
        using IdentityKeys keys = kms.IssueIdentity(Alice, Now, new SeededEntropy(2));
        Assert.Equal(KeyPeriods.HeldAt(kms.Certificate.Kms, Now), keys.KeyPeriodNumbers);
        Assert.True(keys.CoversAt(Now.AddDays(-30)) && keys.CoversAt(Now) && keys.CoversAt(Now.AddDays(30)));
        Assert.False(keys.CoversAt(Now.AddDays(61)));
    }

    [Theory]
    [InlineData("", 1500)]
    [InlineData(Alice, -1)]
    public void Keys_nobody_can_have_are_not_issued(string uri, long period)
    {
        using KeyAuthority kms = Generate(1);
        Assert.ThrowsAny<ArgumentException>(() => kms.Issue(uri, period, new SeededEntropy(2)));
    }

    [Fact]
    public void A_disposed_KMS_issues_nothing()
    {
        KeyAuthority kms = Generate(1);
        kms.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kms.Issue(Alice, 1500, new SeededEntropy(2)));
    }

    internal static KeyAuthority Generate(int seed, string uri = "kms.mcx.example") => KeyAuthority.Generate(
        new KeyManagementServer(uri, 2_592_000, 0), Now.AddYears(-1), Now.AddYears(9), ["mcx.example"], new SeededEntropy(seed));

    private static byte[] DecryptKeyOf(UserKeySet keys)
    {
        byte[] octets = new byte[ReceiverSecretKey.Length_bytes];
        keys.ReceiverSecretKey.CopyKeyTo(octets);
        return octets;
    }
}
