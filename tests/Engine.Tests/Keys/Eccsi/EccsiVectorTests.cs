using System.Text.Json.Nodes;
using MediaEngine.Keys;
using Xunit;
using Point = MediaEngine.Keys.CurvePoint<
    MediaEngine.Keys.P256Curve, MediaEngine.Keys.Montgomery<MediaEngine.Keys.P256Prime, MediaEngine.Keys.Limbs4>>;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>RFC 6507 appendix A, value by value, and the signatures of the published MCX messages.</summary>
public class EccsiVectorTests
{
    private static readonly JsonNode Example = VectorFile.Read("rfc6507-eccsi.json");
    private static readonly JsonNode Messages = VectorFile.Read("mcx-i-messages.json");

    public static TheoryData<int> MessageNumbers => new(Enumerable.Range(0, Messages.Items("tests").Count()));

    public static TheoryData<int> UserNumbers => new(Enumerable.Range(0, Messages.Items("users").Count()));

    [Fact]
    public void The_KMS_has_the_published_public_key()
    {
        using KmsSecretAuthenticationKey kms = Kms();

        Assert.Equal(Example.Bytes("KPAK"), kms.PublicKey.Octets);
    }

    [Fact]
    public void The_KMS_issues_the_published_keys()
    {
        using KmsSecretAuthenticationKey kms = Kms();
        using SecretSigningKey key = kms.Issue(Example.Bytes("ID"), new GivenEntropy(Example.Text("v")));
        byte[] ssk = new byte[SecretSigningKey.Length_bytes];
        key.CopyKeyTo(ssk);

        Assert.Equal(Example.Bytes("PVT"), key.PublicValidationToken);
        Assert.Equal(Example.Bytes("HS"), key.SignerHash);
        Assert.Equal(Example.Bytes("SSK"), ssk);
    }

    [Fact]
    public void A_signer_takes_the_published_keys_and_signs_as_published()
    {
        KmsPublicAuthenticationKey kms = KmsPublicAuthenticationKey.Read(Example.Bytes("KPAK"))!;
        EccsiOutcome outcome = SecretSigningKey.Receive(
            kms, Example.Bytes("ID"), Example.Bytes("SSK"), Example.Bytes("PVT"), out SecretSigningKey? key);
        byte[] signature = new byte[SecretSigningKey.Signature_bytes];
        key!.Sign(Example.Bytes("M"), new GivenEntropy(Example.Text("j")), signature);

        Assert.Equal(EccsiOutcome.Ok, outcome);
        Assert.Equal(Example.Bytes("signature"), signature);
        Assert.Equal(Example.Bytes("r"), signature[..32]);
        Assert.Equal(Example.Bytes("s"), signature[32..64]);
        Assert.Equal(EccsiOutcome.Ok, kms.Verify(Example.Bytes("ID"), Example.Bytes("M"), signature));
        key.Dispose();
    }

    [Fact]
    public void The_hash_of_the_message_is_the_published_one()
    {
        byte[] hash = new byte[32];

        EccsiHash.OfMessage(Example.Bytes("HS"), Example.Bytes("r"), Example.Bytes("M"), hash);

        Assert.Equal(Example.Bytes("HE"), hash);
    }

    [Theory]
    [InlineData("KSAK", "KPAK")]
    [InlineData("v", "PVT")]
    [InlineData("j", "J")]
    public void A_multiple_of_the_base_point_is_the_published_one(string scalar, string point)
    {
        byte[] octets = new byte[65];

        P256Curve.GeneratorTable.Multiply(Padded(Example.Bytes(scalar))).Write(octets);

        Assert.Equal(Example.Bytes(point), octets);
    }

    [Fact]
    public void The_verifier_s_Y_is_the_published_one()
    {
        Assert.True(Point.TryRead(Example.Bytes("PVT"), out Point token));
        Assert.True(Point.TryRead(Example.Bytes("KPAK"), out Point kpak));
        byte[] octets = new byte[65];

        Point.Combine(ConstantTime.Multiply(token, Example.Bytes("HS")), kpak).Write(octets);

        Assert.Equal(Example.Bytes("Y"), octets);
    }

    [Theory]
    [MemberData(nameof(UserNumbers))]
    public void Keys_of_another_implementation_s_KMS_pass_the_check_on_receipt(int number)
    {
        JsonNode user = Messages.Items("users").ElementAt(number);
        KmsPublicAuthenticationKey kms = KmsPublicAuthenticationKey.Read(Messages.Bytes("pub_auth_key"))!;

        EccsiOutcome outcome = SecretSigningKey.Receive(
            kms, user.Bytes("uid"), user.Bytes("ssk"), user.Bytes("pvt"), out SecretSigningKey? key);

        Assert.Equal(EccsiOutcome.Ok, outcome);
        key!.Dispose();
    }

    [Theory]
    [MemberData(nameof(MessageNumbers))]
    public void A_message_of_another_implementation_verifies(int number)
    {
        JsonNode test = Messages.Items("tests").ElementAt(number);
        byte[] message = Convert.FromBase64String(test.Text("i_message_base64"));
        byte[] signature = test.Bytes("signature");
        JsonNode signer = Messages.Items("users").Single(user => user.Text("user_uri") == test.Text("initiator_uri"));
        KmsPublicAuthenticationKey kms = KmsPublicAuthenticationKey.Read(Messages.Bytes("pub_auth_key"))!;

        Assert.Equal(
            EccsiOutcome.Ok, kms.Verify(signer.Bytes("uid"), message.AsSpan(0, message.Length - signature.Length), signature));
    }

    private static KmsSecretAuthenticationKey Kms() => KmsSecretAuthenticationKey.Read(Padded(Example.Bytes("KSAK")))!;

    private static byte[] Padded(byte[] value) => [.. new byte[32 - value.Length], .. value];
}
