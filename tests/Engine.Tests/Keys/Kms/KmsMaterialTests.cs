using MediaEngine.Engine.Tests.Media;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests;

public sealed class KmsMaterialTests
{
    private const string Alice = "sip:alice@mcx.example";
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_identity_is_written_and_made_again()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1), partner = KeyAuthorityTests.Generate(2, "kms.partner.example");
        using IdentityKeys alice = kms.IssueIdentity(Alice, Now, new SeededEntropy(2), partner.Certificate);
        Assert.Equal(KmsDocumentOutcome.Ok, KmsMaterial.TryRead(KmsMaterial.Write(alice), out KmsMaterial? read));
        using KmsMaterial material = read!;
        Assert.Equal(IdentityKeysOutcome.Ok, material.TryMakeIdentity(Alice, Now, new SeededEntropy(3), out IdentityKeys? made));
        using IdentityKeys again = made!;
        Assert.Equal(alice.KeyPeriodNumbers, again.KeyPeriodNumbers);
        Assert.Equal(alice.TrustedKms, again.TrustedKms);
    }

    [Fact]
    public void Saved_responses_of_a_KMS_are_material()
    {
        Assert.Equal(KmsDocumentOutcome.Ok, KmsMaterial.TryRead(KmsDocuments.Octets(
            $"<saved>{KmsDocuments.Init}{KmsDocuments.KeyProvision}</saved>"), out KmsMaterial? read));
        using KmsMaterial material = read!;
        Assert.Equal(IdentityKeysOutcome.Ok, material.TryMakeIdentity(PublishedKms.Alice, PublishedKms.Time, new SeededEntropy(1), out IdentityKeys? keys));
        keys!.Dispose();
    }

    [Fact]
    public void A_file_without_a_certificate_is_refused() => Refused("<KmsMaterial/>", KmsDocumentOutcome.MissingElement);

    [Fact]
    public void A_bad_certificate_is_refused() =>
        Refused(KmsDocuments.Material.Replace("16777215", "0", StringComparison.Ordinal), KmsDocumentOutcome.BadValue);

    [Fact]
    public void A_bad_key_set_is_refused() =>
        Refused(KmsDocuments.Material.Replace("<KeyPeriodNo>236", "<KeyPeriodNo>x", StringComparison.Ordinal), KmsDocumentOutcome.BadValue);

    [Fact]
    public void An_identity_without_keys_is_told() => Assert.Equal(IdentityKeysOutcome.NoKeySet, Make(KmsDocuments.Material, PublishedKms.Bob));

    [Fact]
    public void Key_sets_without_their_certificate_are_told() =>
        Assert.Equal(
            IdentityKeysOutcome.NoCertificate,
            Make(KmsDocuments.Material.Replace(
                "<KmsUri>kms.mydev.streamwide.com</KmsUri>\n  <Issuer>", "<KmsUri>kms.other.example</KmsUri>\n  <Issuer>", StringComparison.Ordinal)));

    [Fact]
    public void A_revoked_certificate_is_told() =>
        Assert.Equal(IdentityKeysOutcome.CertificateNotUsable, Make(Once(KmsDocuments.Material, "<Revoked>false", "<Revoked>true")));

    [Fact]
    public void An_expired_certificate_is_told() =>
        Assert.Equal(IdentityKeysOutcome.CertificateNotUsable, Make(KmsDocuments.Material.Replace("2100-01-26", "2020-01-26", StringComparison.Ordinal)));

    [Fact]
    public void A_certificate_of_the_future_is_told() =>
        Assert.Equal(IdentityKeysOutcome.CertificateNotUsable, Make(KmsDocuments.Material.Replace("2000-01-26", "2090-01-26", StringComparison.Ordinal)));

    [Fact]
    public void Altered_keys_are_told() =>
        Assert.Equal(IdentityKeysOutcome.BadKeySet, Make(KmsDocuments.Material.Replace("<UserSigningKeySSK>a1", "<UserSigningKeySSK>a2", StringComparison.Ordinal)));

    [Fact]
    public void Keys_of_another_time_are_told()
    {
        KmsMaterial.TryRead(KmsDocuments.Octets(KmsDocuments.Material), out KmsMaterial? material);
        using (material)
        {
            Assert.Equal(
                IdentityKeysOutcome.NoCurrentKeySet,
                material!.TryMakeIdentity(PublishedKms.Alice, PublishedKms.Time.AddYears(2), new SeededEntropy(1), out IdentityKeys? keys));
            Assert.Null(keys);
        }
    }

    [Fact]
    public void No_beginning_of_a_file_is_a_file() =>
        KmsDocuments.EveryBeginningIsRefused(KmsDocuments.Material, document => KmsMaterial.TryRead(document, out _));

    private static IdentityKeysOutcome Make(string text, string uri = PublishedKms.Alice)
    {
        Assert.Equal(KmsDocumentOutcome.Ok, KmsMaterial.TryRead(KmsDocuments.Octets(text), out KmsMaterial? material));
        using (material)
        {
            IdentityKeysOutcome outcome = material!.TryMakeIdentity(uri, PublishedKms.Time, new SeededEntropy(1), out IdentityKeys? keys);
            keys?.Dispose();
            return outcome;
        }
    }

    private static void Refused(string text, KmsDocumentOutcome outcome)
    {
        Assert.Equal(outcome, KmsMaterial.TryRead(KmsDocuments.Octets(text), out KmsMaterial? material));
        Assert.Null(material);
    }

    private static string Once(string text, string old, string with)
    {
        int at = text.IndexOf(old, StringComparison.Ordinal);
        return string.Concat(text.AsSpan(0, at), with, text.AsSpan(at + old.Length));
    }
}
