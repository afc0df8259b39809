using MediaEngine.Engine.Tests.Media;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests;

public sealed class KmsResponseTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly KmsRequest Asked = new()
    {
        UserUri = "sip:alice@mcx.example",
        KmsUri = "kms.mcx.example",
        ClientReqUrl = "https://kms.mcx.example/keymanagement/identity/v1/init",
    };

    [Fact]
    public void An_init_as_the_specification_has_it_gives_the_certificate()
    {
        Assert.Equal(KmsDocumentOutcome.Ok, Read(KmsDocuments.Init, out KmsResponse? response));
        KmsCertificate certificate = Assert.IsType<KmsMessage.Init>(response!.Message).Certificate;
        Assert.Equal(new KeyManagementServer("kms.mydev.streamwide.com", 16_777_215, 0), certificate.Kms);
        Assert.Equal(PublishedKms.PubEncKey, Convert.ToHexStringLower(certificate.KmsPublicKey.Octets));
        Assert.Equal(PublishedKms.PubAuthKey, Convert.ToHexStringLower(certificate.KmsPublicAuthenticationKey.Octets));
        Assert.Equal(["sec1.example.org", "sec2.example.org"], certificate.Domains);
        Assert.Equal(("cert1.kms.example.org", "www.example.org"), (certificate.CertUri, certificate.Issuer));
        Assert.Equal(new DateTimeOffset(2000, 1, 26, 0, 0, 0, TimeSpan.Zero), certificate.ValidFrom);
        Assert.Equal(new DateTimeOffset(2100, 1, 26, 23, 59, 59, TimeSpan.Zero), certificate.ValidTo);
        Assert.False(certificate.Revoked);
    }

    [Fact]
    public void A_key_provision_as_the_specification_has_it_gives_keys_that_are_taken()
    {
        Assert.Equal(KmsDocumentOutcome.Ok, Read(KmsDocuments.KeyProvision, out KmsResponse? response));
        using ReceivedKeySet received = Assert.IsType<KmsMessage.KeyProvision>(response!.Message).KeySets.Single();
        Assert.Equal(PublishedKms.User(PublishedKms.Alice).Bytes("uid"), received.UserIdentifier);
        Assert.Equal(UserKeySetOutcome.Ok, UserKeySet.Receive(PublishedKms.Certificate, received, out UserKeySet? keys));
        keys!.Dispose();
    }

    [Fact]
    public void A_certificate_cache_as_the_specification_has_it_is_read()
    {
        Assert.Equal(KmsDocumentOutcome.Ok, Read(KmsDocuments.CertificateCache, out KmsResponse? response));
        var cache = Assert.IsType<KmsMessage.CertificateCache>(response!.Message);
        Assert.Equal((3L, "kms.mydev.streamwide.com"), (cache.Number, cache.Certificates.Single().Kms.Uri));
    }

    [Fact]
    public void A_UserID_in_hexadecimal_is_read()
    {
        byte[] uid = PublishedKms.User(PublishedKms.Alice).Bytes("uid");
        Read(KmsDocuments.KeyProvision.Replace(Convert.ToBase64String(uid), Convert.ToHexString(uid), StringComparison.Ordinal), out KmsResponse? response);
        Assert.Equal(uid, Assert.IsType<KmsMessage.KeyProvision>(response!.Message).KeySets[0].UserIdentifier);
    }

    [Fact]
    public void The_certificate_is_written_and_read_again()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        Assert.Equal(KmsDocumentOutcome.Ok, KmsResponse.TryRead(KmsResponse.WriteInit(kms.Certificate, Asked, Now), out KmsResponse? response));
        Assert.Equal(("sip:alice@mcx.example", "kms.mcx.example"), (response!.UserUri, response.KmsUri));
        KmsCertificate read = Assert.IsType<KmsMessage.Init>(response.Message).Certificate;
        Assert.Equal(kms.Certificate.Kms, read.Kms);
        Assert.Equal((kms.Certificate.ValidFrom, kms.Certificate.ValidTo, false), (read.ValidFrom, read.ValidTo, read.Revoked));
        Assert.Equal(["mcx.example"], read.Domains);
        Assert.True(kms.Certificate.KmsPublicKey.Octets.SequenceEqual(read.KmsPublicKey.Octets));
    }

    [Fact]
    public void Key_sets_are_written_and_taken_again()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        using IdentityKeys alice = kms.IssueIdentity("sip:alice@mcx.example", Now, new SeededEntropy(2));
        byte[] document = KmsResponse.WriteKeyProvision(kms.Certificate, Asked, Now, alice.KeySets);
        Assert.Equal(KmsDocumentOutcome.Ok, KmsResponse.TryRead(document, out KmsResponse? response));
        IReadOnlyList<ReceivedKeySet> sets = Assert.IsType<KmsMessage.KeyProvision>(response!.Message).KeySets;
        Assert.Equal(alice.KeyPeriodNumbers, sets.Select(set => set.KeyPeriodNumber));
        Assert.All(sets, set =>
        {
            Assert.Equal(UserKeySetOutcome.Ok, UserKeySet.Receive(kms.Certificate, set, out UserKeySet? keys));
            keys!.Dispose();
        });
    }

    [Fact]
    public void A_cache_is_written_with_roles_and_read_again()
    {
        using KeyAuthority own = KeyAuthorityTests.Generate(1), partner = KeyAuthorityTests.Generate(2, "kms.partner.example");
        byte[] document = KmsResponse.WriteCertificateCache(own.Certificate, Asked, Now, 7, [own.Certificate, partner.Certificate]);
        KmsResponse.TryRead(document, out KmsResponse? response);
        var cache = Assert.IsType<KmsMessage.CertificateCache>(response!.Message);
        Assert.Equal(7, cache.Number);
        Assert.Equal(["kms.mcx.example", "kms.partner.example"], cache.Certificates.Select(certificate => certificate.Kms.Uri));
        Assert.Contains("Role=\"External\"", System.Text.Encoding.UTF8.GetString(document), StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_is_written_and_read_again()
    {
        using KeyAuthority kms = KeyAuthorityTests.Generate(1);
        KmsResponse.TryRead(KmsResponse.WriteError(kms.Certificate, Asked, Now, 404, "no such <user>"), out KmsResponse? response);
        Assert.Equal(new KmsMessage.Error(404, "no such <user>"), response!.Message);
    }

    [Theory]
    [InlineData("<KmsUri>kms.mydev.streamwide.com</KmsUri>", "", KmsDocumentOutcome.MissingElement)]
    [InlineData("<UserKeyPeriod>16777215</UserKeyPeriod>", "", KmsDocumentOutcome.MissingElement)]
    [InlineData("<UserIdFormat Conversion=\"Hash\">2</UserIdFormat>", "", KmsDocumentOutcome.MissingElement)]
    [InlineData("PubEncKey>", "PubEncryptKey>", KmsDocumentOutcome.MissingElement)]
    [InlineData("KmsInit", "KmsLookup", KmsDocumentOutcome.MissingElement)]
    [InlineData("KmsCertificate", "Certificate", KmsDocumentOutcome.MissingElement)]
    [InlineData("KmsResponse", "KmsRequest", KmsDocumentOutcome.UnexpectedDocument)]
    [InlineData("16777215", "0", KmsDocumentOutcome.BadValue)]
    [InlineData("16777215", "-1", KmsDocumentOutcome.BadValue)]
    [InlineData("16777215", "99999999999999999999", KmsDocumentOutcome.BadValue)]
    [InlineData("2100-01-26T23:59:59", "2100", KmsDocumentOutcome.BadValue)]
    [InlineData("<Revoked>false", "<Revoked>perhaps", KmsDocumentOutcome.BadValue)]
    [InlineData("<PubEncKey>04", "<PubEncKey>0", KmsDocumentOutcome.BadValue)]
    [InlineData("<PubEncKey>04", "<PubEncKey>xx", KmsDocumentOutcome.BadValue)]
    [InlineData("<KmsDomain>sec1.example.org", "<KmsDomain>", KmsDocumentOutcome.BadValue)]
    [InlineData("<PubEncKey>04", "<PubEncKey>05", KmsDocumentOutcome.BadPublicKey)]
    [InlineData("<PubEncKey>04", "<PubEncKey>0400", KmsDocumentOutcome.BadPublicKey)]
    [InlineData("Conversion=\"Hash\">2", ">1", KmsDocumentOutcome.UnsupportedUserIdFormat)]
    [InlineData("<ParameterSet>1", "<ParameterSet>2", KmsDocumentOutcome.UnsupportedParameterSet)]
    public void An_error_in_a_certificate_has_its_own_outcome(string old, string with, KmsDocumentOutcome outcome) =>
        Refused(KmsDocuments.Init, old, with, outcome);

    [Theory]
    [InlineData("<UserUri>sip:alice@streamwide.com</UserUri>", "", KmsDocumentOutcome.MissingElement)]
    [InlineData("<KeyPeriodNo>236</KeyPeriodNo>", "", KmsDocumentOutcome.MissingElement)]
    [InlineData("UserSigningKeySSK", "SSK", KmsDocumentOutcome.MissingElement)]
    [InlineData("<KeyPeriodNo>236", "<KeyPeriodNo>2.5", KmsDocumentOutcome.BadValue)]
    [InlineData("<UserPubTokenPVT>", "<UserPubTokenPVT>g", KmsDocumentOutcome.BadValue)]
    [InlineData("\"KeyContentType\"", "\"EncKeyContentType\"", KmsDocumentOutcome.EncryptedKeys)]
    [InlineData("\"KeyContentType\"", "\"se:EncKeyContentType\"", KmsDocumentOutcome.EncryptedKeys)]
    [InlineData("<UserSigningKeySSK>", "<UserSigningKeySSK><EncryptedKey/>", KmsDocumentOutcome.EncryptedKeys)]
    public void An_error_in_a_key_set_has_its_own_outcome(string old, string with, KmsDocumentOutcome outcome) =>
        Refused(KmsDocuments.KeyProvision, old, with, outcome);

    [Fact]
    public void More_certificates_than_are_taken_are_refused()
    {
        string one = $"<SignedKmsCertificate>{KmsDocuments.Certificate}</SignedKmsCertificate>";
        Refused(KmsDocuments.CertificateCache, one, string.Concat(Enumerable.Repeat(one, KmsMaterial.MaxCertificates + 1)), KmsDocumentOutcome.TooMany);
    }

    [Fact]
    public void More_domains_than_are_taken_are_refused() =>
        Refused(KmsDocuments.Init, "<KmsDomainList>", "<KmsDomainList>" + string.Concat(Enumerable.Repeat("<KmsDomain>a</KmsDomain>", 256)), KmsDocumentOutcome.TooMany);

    [Fact]
    public void No_beginning_of_a_response_is_a_response() =>
        KmsDocuments.EveryBeginningIsRefused(KmsDocuments.KeyProvision, document => KmsResponse.TryRead(document, out _));

    private static void Refused(string document, string old, string with, KmsDocumentOutcome outcome)
    {
        Assert.Contains(old, document, StringComparison.Ordinal);
        Assert.Equal(outcome, Read(document.Replace(old, with, StringComparison.Ordinal), out KmsResponse? response));
        Assert.Null(response);
    }

    private static KmsDocumentOutcome Read(string text, out KmsResponse? response) => KmsResponse.TryRead(KmsDocuments.Octets(text), out response);
}
