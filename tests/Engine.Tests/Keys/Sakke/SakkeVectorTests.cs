using System.Text.Json.Nodes;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>RFC 6508 appendix A and RFC 6509 appendix A, value by value, and the keys of the published MCX messages.</summary>
public class SakkeVectorTests
{
    private static readonly JsonNode Example = VectorFile.Read("rfc6508-sakke.json");
    private static readonly JsonNode Parameters = Example["parameters"]!;
    private static readonly JsonNode Messages = VectorFile.Read("mcx-i-messages.json");

    public static TheoryData<int> MessageNumbers => new(Enumerable.Range(0, Messages.Items("tests").Count()));

    public static TheoryData<int> UserNumbers => new(Enumerable.Range(0, Messages.Items("users").Count()));

    [Fact]
    public void The_parameters_are_those_of_parameter_set_1()
    {
        byte[] p = new byte[128];
        byte[] q = new byte[128];
        Limbs.Write(SakkePrime.Value, p);
        Limbs.Write(SakkeOrder.Value, q);

        Assert.Equal(Parameters.Bytes("p"), p);
        Assert.Equal(Parameters.Bytes("q"), q);
        Assert.Equal(PointOf(Parameters, "Px", "Py"), SakkeParameters.Generator);
        Assert.Equal(Parameters.Bytes("g"), SakkeParameters.PairingOfGenerator);
    }

    [Fact]
    public void The_KMS_has_the_published_public_key()
    {
        using KmsMasterSecret kms = Kms();

        Assert.Equal(PointOf(Example, "Zx", "Zy"), kms.PublicKey.Octets);
    }

    [Fact]
    public void The_KMS_issues_the_published_receiver_secret_key()
    {
        using KmsMasterSecret kms = Kms();
        byte[] rsk = new byte[ReceiverSecretKey.Length_bytes];

        Assert.True(kms.TryIssue(Example.Bytes("b"), rsk));

        Assert.Equal(PointOf(Example, "Kbx", "Kby"), rsk);
    }

    [Fact]
    public void The_scalar_is_hashed_to_as_published()
    {
        JsonNode hashing = Example["hash_to_integer_range_example"]!;
        byte[] r = new byte[128];

        SakkeHash.ToScalar(Example.Bytes("SSV"), Example.Bytes("b")).Write(r);

        Assert.Equal(Example.Bytes("r"), r);
        Assert.Equal(hashing.Bytes("v_mod_q"), r);
        Assert.Equal(hashing.Bytes("M"), (byte[])[.. Example.Bytes("SSV"), .. Example.Bytes("b")]);
    }

    [Fact]
    public void The_mask_is_the_published_one()
    {
        byte[] mask = new byte[16];

        SakkeHash.Mask(Example.Bytes("g_pow_r"), mask);

        Assert.Equal(Example.Bytes("mask"), mask);
    }

    [Theory]
    [MemberData(nameof(SakkeFields.All), MemberType = typeof(SakkeFields))]
    public void A_sender_encapsulates_as_published(string field)
    {
        KmsPublicKey kms = KmsPublicKey.Read(PointOf(Example, "Zx", "Zy"), SakkeFields.Of(field))!;
        byte[] encapsulated = new byte[KmsPublicKey.EncapsulatedData_bytes];

        kms.Encapsulate(Example.Bytes("b"), Example.Bytes("SSV"), encapsulated);

        Assert.Equal(Example.Bytes("encapsulated_data"), encapsulated);
        Assert.Equal(Example.Bytes("Rb"), encapsulated[..257]);
        Assert.Equal(Example.Bytes("H"), encapsulated[257..]);
    }

    [Theory]
    [MemberData(nameof(SakkeFields.All), MemberType = typeof(SakkeFields))]
    public void The_pairing_gives_the_published_power_of_g(string field) => SakkeFields.Run(field, new PairsAsPublished());

    [Theory]
    [MemberData(nameof(SakkeFields.All), MemberType = typeof(SakkeFields))]
    public void A_receiver_takes_the_published_key_and_opens_the_published_data(string field)
    {
        KmsPublicKey kms = KmsPublicKey.Read(PointOf(Example, "Zx", "Zy"), SakkeFields.Of(field))!;
        SakkeOutcome received = ReceiverSecretKey.Receive(
            kms, Example.Bytes("b"), PointOf(Example, "Kbx", "Kby"), out ReceiverSecretKey? key);
        byte[] ssv = new byte[16];
        SakkeOutcome opened = key!.Decapsulate(Example.Bytes("encapsulated_data"), ssv);

        Assert.Equal(SakkeOutcome.Ok, received);
        Assert.Equal(SakkeOutcome.Ok, opened);
        Assert.Equal(Example.Bytes("SSV"), ssv);
        key.Dispose();
    }

    [Theory]
    [MemberData(nameof(UserNumbers))]
    public void A_key_of_another_implementation_s_KMS_passes_the_check_on_receipt(int number)
    {
        JsonNode user = Messages.Items("users").ElementAt(number);
        KmsPublicKey kms = KmsPublicKey.Read(Messages.Bytes("pub_enc_key"))!;

        SakkeOutcome outcome = ReceiverSecretKey.Receive(
            kms, user.Bytes("uid"), user.Bytes("user_decrypt_key"), out ReceiverSecretKey? key);

        Assert.Equal(SakkeOutcome.Ok, outcome);
        key!.Dispose();
    }

    [Theory]
    [MemberData(nameof(MessageNumbers))]
    public void A_message_of_another_implementation_opens(int number)
    {
        JsonNode test = Messages.Items("tests").ElementAt(number);
        JsonNode receiver = Messages.Items("users").Single(user => user.Text("user_uri") == test.Text("responder_uri"));
        KmsPublicKey kms = KmsPublicKey.Read(Messages.Bytes("pub_enc_key"))!;
        ReceiverSecretKey.Receive(
            kms, receiver.Bytes("uid"), receiver.Bytes("user_decrypt_key"), out ReceiverSecretKey? key);
        byte[] ssv = new byte[16];

        SakkeOutcome outcome = key!.Decapsulate(test["sakke"]!.Bytes("sed"), ssv);

        Assert.Equal(SakkeOutcome.Ok, outcome);
        Assert.Equal(test.Bytes("key"), ssv);
        key.Dispose();
    }

    private static KmsMasterSecret Kms()
    {
        byte[] z = Example.Bytes("z");
        return KmsMasterSecret.Read([.. new byte[128 - z.Length], .. z])!;
    }

    private static byte[] PointOf(JsonNode node, string x, string y) => [0x04, .. node.Bytes(x), .. node.Bytes(y)];

    /// <summary>w = &lt;R, K&gt; = g^r, whichever argument's lines are worked off first; and g^r by exponentiation.</summary>
    private sealed class PairsAsPublished : SakkeFields.ITest
    {
        public void Run<TField>()
            where TField : unmanaged, IFieldElement<TField>
        {
            CurvePoint<SakkeCurve<TField>, TField>.TryRead(PointOf(Example, "Kbx", "Kby"), out var key);
            CurvePoint<SakkeCurve<TField>, TField>.TryRead(Example.Bytes("Rb"), out var r);
            using var keyLines = new MillerLines<TField>(key.X, key.Y);
            using var dataLines = new MillerLines<TField>(r.X, r.Y);
            TField.TryRead(Parameters.Bytes("g"), out TField g);
            var element = new QuadraticElement<TField> { Real = TField.One, Imaginary = g };

            Assert.Equal(Example.Bytes("g_pow_r"), Octets(keyLines.Pair(r.X, r.Y)));
            Assert.Equal(Example.Bytes("g_pow_r"), Octets(dataLines.Pair(key.X, key.Y)));
            Assert.Equal(
                Example.Bytes("g_pow_r"), Octets(ConstantTime.Multiply(element, Example.Bytes("r")).Representative()));
        }

        private static byte[] Octets<TField>(TField value)
            where TField : unmanaged, IFieldElement<TField>
        {
            byte[] octets = new byte[TField.Length_bytes];
            value.Write(octets);
            return octets;
        }
    }
}
