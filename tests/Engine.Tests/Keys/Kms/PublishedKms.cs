using System.Text.Json.Nodes;
using MediaEngine.Engine.Tests.Media;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests;

/// <summary>The certificate, key sets and I_MESSAGEs of a KMS that others published.</summary>
internal static class PublishedKms
{
    public const string Alice = "sip:alice@streamwide.com";
    public const string Bob = "sip:bob@streamwide.com";
    public const string Gms = "gms@streamwide.com";

    private static readonly JsonNode Vectors = VectorFile.Read("mcx-i-messages.json");

    /// <summary>T of every message.</summary>
    public static DateTimeOffset Time { get; } = new NtpTimestamp(0xec898da8_00000000).ToUtc();

    public static string PubEncKey => Vectors.Text("pub_enc_key");

    public static string PubAuthKey => Vectors.Text("pub_auth_key");

    public static KmsCertificate Certificate { get; } = CertificateWith();

    public static KmsCertificate CertificateWith(bool revoked = false, DateTimeOffset? from = null, DateTimeOffset? to = null) => new()
    {
        Kms = new KeyManagementServer(Vectors.Text("kms_uri"), Vectors["user_key_period"]!.GetValue<long>(), Vectors["user_key_offset"]!.GetValue<long>()),
        KmsPublicKey = KmsPublicKey.Read(Vectors.Bytes("pub_enc_key"))!,
        KmsPublicAuthenticationKey = KmsPublicAuthenticationKey.Read(Vectors.Bytes("pub_auth_key"))!,
        Revoked = revoked,
        ValidFrom = from,
        ValidTo = to,
    };

    public static JsonNode User(string uri) => Vectors.Items("users").Single(user => user.Text("user_uri") == uri);

    public static JsonNode Message(string test) => Vectors.Items("tests").Single(message => message.Text("test") == test);

    public static ReceivedKeySet KeySetOf(string uri)
    {
        JsonNode user = User(uri);
        return new ReceivedKeySet
        {
            KmsUri = Certificate.Kms.Uri,
            UserUri = uri,
            UserIdentifier = user.Bytes("uid"),
            KeyPeriodNumber = user["key_period_no"]!.GetValue<long>(),
            DecryptKey = user.Bytes("user_decrypt_key"),
            SigningKey = user.Bytes("ssk"),
            PublicValidationToken = user.Bytes("pvt"),
        };
    }

    public static IdentityKeys IdentityOf(string uri)
    {
        using ReceivedKeySet received = KeySetOf(uri);
        Assert.Equal(UserKeySetOutcome.Ok, UserKeySet.Receive(Certificate, received, out UserKeySet? keys));
        return new IdentityKeys(uri, Certificate, [], [keys!], new SeededEntropy(1));
    }
}
