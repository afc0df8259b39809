using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests;

/// <summary>Documents of TS 33.180 annex D as its tables and examples have them, filled with published keys.</summary>
internal static class KmsDocuments
{
    public const string Request = """
        <?xml version="1.0" encoding="UTF-8"?>
        <KmsRequest xmlns="urn:3gpp:ns:mcsecKMSInterface:1.0" Version="1.1.0">
          <UserUri>sip:alice@streamwide.com</UserUri>
          <KmsUri>kms.mydev.streamwide.com</KmsUri>
          <Time>2014-01-26T10:05:52</Time>
          <ClientId>Client1</ClientId>
          <DeviceId>Device1</DeviceId>
          <ClientReqUrl>https://kms.example.org/keymanagement/identity/v1/keyprov</ClientReqUrl>
        </KmsRequest>
        """;

    public static string Certificate { get; } = $"""
        <KmsCertificate Version="1.1.0" Role="Root">
          <CertUri>cert1.kms.example.org</CertUri>
          <KmsUri>kms.mydev.streamwide.com</KmsUri>
          <Issuer>www.example.org</Issuer>
          <ValidFrom>2000-01-26T00:00:00</ValidFrom>
          <ValidTo>2100-01-26T23:59:59</ValidTo>
          <Revoked>false</Revoked>
          <UserIdFormat Conversion="Hash">2</UserIdFormat>
          <UserKeyPeriod>16777215</UserKeyPeriod>
          <UserKeyOffset>0</UserKeyOffset>
          <PubEncKey>{PublishedKms.PubEncKey}</PubEncKey>
          <PubAuthKey>
            {PublishedKms.PubAuthKey[..66]}
            {PublishedKms.PubAuthKey[66..]}
          </PubAuthKey>
          <ParameterSet>1</ParameterSet>
          <KmsDomainList>
            <KmsDomain>sec1.example.org</KmsDomain>
            <KmsDomain>sec2.example.org</KmsDomain>
          </KmsDomainList>
        </KmsCertificate>
        """;

    public static string Init { get; } = Response($"<KmsInit Version=\"1.0.0\">{Certificate}</KmsInit>");

    public static string KeyProvision { get; } = Response($"<KmsKeyProv Version=\"1.0.0\">{KeySetOf(PublishedKms.Alice)}</KmsKeyProv>");

    public static string CertificateCache { get; } = Response(
        $"<KmsCertCache Version=\"1.0.0\" CacheNum=\"3\"><SignedKmsCertificate>{Certificate}</SignedKmsCertificate></KmsCertCache>");

    public static string Material { get; } =
        $"<KmsMaterial xmlns=\"urn:mediaengine:kms-material:1\"><a xmlns=\"urn:3gpp:ns:mcsecKMSInterface:1.0\">{Certificate}{KeySetOf(PublishedKms.Alice)}</a></KmsMaterial>";

    public static string KeySetOf(string uri) => $"""
        <KmsKeySet Version="1.1.0">
          <KmsUri>kms.mydev.streamwide.com</KmsUri>
          <CertUri>cert1.kms.example.org</CertUri>
          <Issuer>www.example.org</Issuer>
          <UserUri>{uri}</UserUri>
          <UserID>{Convert.ToBase64String(PublishedKms.User(uri).Bytes("uid"))}</UserID>
          <ValidFrom>2025-08-01T00:00:00</ValidFrom>
          <ValidTo>2026-02-01T00:00:00</ValidTo>
          <KeyPeriodNo>236</KeyPeriodNo>
          <Revoked>false</Revoked>
          <UserDecryptKey xsi:type="KeyContentType" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{PublishedKms.User(uri).Text("user_decrypt_key")}</UserDecryptKey>
          <UserSigningKeySSK>{PublishedKms.User(uri).Text("ssk")}</UserSigningKeySSK>
          <UserPubTokenPVT>{PublishedKms.User(uri).Text("pvt")}</UserPubTokenPVT>
        </KmsKeySet>
        """;

    public static byte[] Octets(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    /// <summary>Nothing must depend on where a document broke: each of its beginnings is read.</summary>
    public static void EveryBeginningIsRefused(string document, Func<ReadOnlyMemory<byte>, KmsDocumentOutcome> read)
    {
        byte[] octets = Octets(document);
        for (int length = 0; length < octets.Length; length += 7)
            Assert.NotEqual(KmsDocumentOutcome.Ok, read(octets.AsMemory(0, length)));
    }

    private static string Response(string message) => $"""
        <KmsResponse xmlns="urn:3gpp:ns:mcsecKMSInterface:1.0" Version="1.0.0" Id="xmldoc">
          <UserUri>sip:alice@streamwide.com</UserUri>
          <KmsUri>kms.mydev.streamwide.com</KmsUri>
          <Time>2014-01-26T10:07:14</Time>
          <KmsId>KMSProvider12345</KmsId>
          <ClientReqUrl>https://kms.example.org/keymanagement/identity/v1/init</ClientReqUrl>
          <KmsMessage>{message}</KmsMessage>
        </KmsResponse>
        """;
}
