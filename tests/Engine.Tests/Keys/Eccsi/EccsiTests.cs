using System.Numerics;
using System.Text;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public class EccsiTests
{
    private const int S_offset = 32;
    private const int Token_offset = 64;

    private static readonly byte[] Message = Encoding.UTF8.GetBytes("message");
    private static readonly byte[] Alice = Encoding.UTF8.GetBytes("sip:alice@example.org");
    private static readonly KmsSecretAuthenticationKey Kms = KmsSecretAuthenticationKey.Generate(new SeededEntropy(1));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(1000)]
    public void What_a_user_signs_verifies_for_his_identifier_alone(int identifierLength)
    {
        var entropy = new SeededEntropy(identifierLength);
        byte[] identifier = new byte[identifierLength];
        entropy.Fill(identifier);
        using SecretSigningKey key = Kms.Issue(identifier, entropy);
        byte[] signature = Sign(key, entropy);

        Assert.Equal(EccsiOutcome.Ok, Kms.PublicKey.Verify(identifier, Message, signature));
        Assert.Equal(EccsiOutcome.Mismatch, Kms.PublicKey.Verify([.. identifier, 0], Message, signature));
        Assert.Equal(EccsiOutcome.Mismatch, Kms.PublicKey.Verify(Alice, Message, signature));
    }

    [Fact]
    public void Keys_survive_being_sent_and_read()
    {
        var entropy = new SeededEntropy(2);
        byte[] secret = new byte[KmsSecretAuthenticationKey.Length_bytes];
        Kms.CopyKeyTo(secret);
        using var again = KmsSecretAuthenticationKey.Read(secret);
        using SecretSigningKey issued = again!.Issue(Alice, entropy);
        byte[] ssk = new byte[SecretSigningKey.Length_bytes];
        issued.CopyKeyTo(ssk);

        EccsiOutcome outcome = SecretSigningKey.Receive(
            Kms.PublicKey, Alice, ssk, issued.PublicValidationToken, out SecretSigningKey? key);

        Assert.Equal(EccsiOutcome.Ok, outcome);
        Assert.Equal(EccsiOutcome.Ok, Kms.PublicKey.Verify(Alice, Message, Sign(key!, entropy)));
        key!.Dispose();
    }

    [Fact]
    public void A_signature_with_any_bit_changed_is_refused()
    {
        var entropy = new SeededEntropy(3);
        using SecretSigningKey key = Kms.Issue(Alice, entropy);
        byte[] signature = Sign(key, entropy);
        for (int octet = 0; octet < signature.Length; octet++)
        {
            byte[] altered = [.. signature];
            altered[octet] ^= (byte)(1 << (octet % 8));
            EccsiOutcome expected =
                octet >= Token_offset ? EccsiOutcome.InvalidPublicValidationToken : EccsiOutcome.Mismatch;
            Assert.Equal(expected, Kms.PublicKey.Verify(Alice, Message, altered));
        }
    }

    [Fact]
    public void Another_message_KMS_or_token_is_refused()
    {
        var entropy = new SeededEntropy(4);
        using var other = KmsSecretAuthenticationKey.Generate(entropy);
        using SecretSigningKey key = Kms.Issue(Alice, entropy);
        using SecretSigningKey second = Kms.Issue(Alice, entropy);
        byte[] signature = Sign(key, entropy);

        Assert.Equal(EccsiOutcome.Mismatch, Kms.PublicKey.Verify(Alice, [], signature));
        Assert.Equal(EccsiOutcome.Mismatch, Kms.PublicKey.Verify(Alice, [.. Message, 0], signature));
        Assert.Equal(EccsiOutcome.Mismatch, other.PublicKey.Verify(Alice, Message, signature));
        Assert.Equal(
            EccsiOutcome.Mismatch,
            Kms.PublicKey.Verify(Alice, Message, [.. signature[..Token_offset], .. second.PublicValidationToken]));
    }

    [Fact]
    public void Numbers_outside_their_range_are_refused_before_anything_is_computed()
    {
        var entropy = new SeededEntropy(5);
        using SecretSigningKey key = Kms.Issue(Alice, entropy);
        byte[] signature = Sign(key, entropy);
        byte[] p = new byte[32];
        byte[] q = new byte[32];
        Limbs.Write(P256Prime.Value, p);
        Limbs.Write(P256Order.Value, q);
        foreach (byte[] wrong in new[] { new byte[32], p, [.. Enumerable.Repeat((byte)0xFF, 32)] })
        {
            Assert.Equal(
                EccsiOutcome.OutOfRange, Kms.PublicKey.Verify(Alice, Message, [.. wrong, .. signature[S_offset..]]));
            Assert.Equal(EccsiOutcome.OutOfRange, VerifyWithS(wrong));
            Assert.Equal(
                EccsiOutcome.OutOfRange,
                SecretSigningKey.Receive(Kms.PublicKey, Alice, wrong, key.PublicValidationToken, out _));
            Assert.Null(KmsSecretAuthenticationKey.Read(wrong));
        }
        Assert.Equal(EccsiOutcome.OutOfRange, VerifyWithS(q));
        Assert.Null(KmsSecretAuthenticationKey.Read(q));

        EccsiOutcome VerifyWithS(byte[] s) =>
            Kms.PublicKey.Verify(Alice, Message, [.. signature[..S_offset], .. s, .. signature[Token_offset..]]);
    }

    [Fact]
    public void Keys_that_do_not_belong_together_are_refused_on_receipt()
    {
        var entropy = new SeededEntropy(6);
        using var other = KmsSecretAuthenticationKey.Generate(entropy);
        using SecretSigningKey issued = Kms.Issue(Alice, entropy);
        using SecretSigningKey second = Kms.Issue(Alice, entropy);
        byte[] ssk = new byte[SecretSigningKey.Length_bytes];
        issued.CopyKeyTo(ssk);
        byte[] pvt = issued.PublicValidationToken.ToArray();
        byte[] altered = [.. ssk];
        altered[31] ^= 1;

        Assert.Equal(EccsiOutcome.Mismatch, Receive(Kms, Alice, altered, pvt));
        Assert.Equal(EccsiOutcome.Mismatch, Receive(Kms, Message, ssk, pvt));
        Assert.Equal(EccsiOutcome.Mismatch, Receive(other, Alice, ssk, pvt));
        Assert.Equal(EccsiOutcome.Mismatch, Receive(Kms, Alice, ssk, second.PublicValidationToken.ToArray()));
        Assert.Equal(EccsiOutcome.InvalidPublicValidationToken, Receive(Kms, Alice, ssk, [0x02, .. pvt[1..]]));
        Assert.Equal(EccsiOutcome.WrongLength, Receive(Kms, Alice, ssk[1..], pvt));
        Assert.Equal(EccsiOutcome.WrongLength, Receive(Kms, Alice, ssk, pvt[1..]));
    }

    [Fact]
    public void Noise_of_any_length_never_throws_and_never_verifies()
    {
        var random = new Random(7);
        for (int i = 0; i < 400; i++)
        {
            byte[] noise = new byte[i % 2 == 0 ? SecretSigningKey.Signature_bytes : random.Next(300)];
            random.NextBytes(noise);
            if (noise.Length == SecretSigningKey.Signature_bytes && i % 4 == 0)
                P256Curve.Generator.CopyTo(noise.AsSpan(Token_offset));

            EccsiOutcome expected = noise.Length != SecretSigningKey.Signature_bytes ? EccsiOutcome.WrongLength
                : i % 4 == 0 ? EccsiOutcome.Mismatch : EccsiOutcome.InvalidPublicValidationToken;
            Assert.Equal(expected, Kms.PublicKey.Verify(noise, noise, noise));
            Assert.Null(KmsPublicAuthenticationKey.Read(noise));
        }
    }

    [Fact]
    public void Every_signature_has_a_nonce_of_its_own()
    {
        var entropy = new SeededEntropy(8);
        using SecretSigningKey key = Kms.Issue(Alice, entropy);

        byte[] first = Sign(key, entropy);
        byte[] second = Sign(key, entropy);

        Assert.NotEqual(first[..S_offset], second[..S_offset]);
    }

    [Fact]
    public void A_nonce_with_which_nothing_can_be_divided_is_replaced()
    {
        const string First = "034567";
        const string Second = "76543210";
        BigInteger q = FieldValues.Modulus<P256Order>();
        byte[] signerHash = [.. Enumerable.Repeat((byte)0x5A, EccsiHash.Length_bytes)];
        byte[] r = XOf(First);
        byte[] messageHash = new byte[EccsiHash.Length_bytes];
        EccsiHash.OfMessage(signerHash, r, Message, messageHash);
        // SSK = -HE / r, so that HE + r·SSK = 0.
        BigInteger secret = (q - (Integer(messageHash) % q)) * BigInteger.ModPow(Integer(r), q - 2, q) % q;
        byte[] token = P256Curve.Generator.ToArray();
        using var key = SecretSigningKey.Issue(FieldValues.Octets(secret, 32), token, signerHash);
        byte[] signature = new byte[SecretSigningKey.Signature_bytes];

        key.Sign(Message, new GivenEntropy(First, Second), signature);

        Assert.Equal(XOf(Second), signature[..S_offset]);

        static byte[] XOf(string scalar)
        {
            byte[] padded = new byte[32];
            new GivenEntropy(scalar).Fill(padded);
            byte[] point = new byte[65];
            P256Curve.GeneratorTable.Multiply(padded).Write(point);
            return point[1..33];
        }

        static BigInteger Integer(byte[] octets) => new(octets, isUnsigned: true, isBigEndian: true);
    }

    [Fact]
    public void Secrets_are_gone_after_disposal_and_never_in_text()
    {
        var entropy = new SeededEntropy(9);
        var kms = KmsSecretAuthenticationKey.Generate(entropy);
        SecretSigningKey key = kms.Issue(Alice, entropy);
        byte[] copy = new byte[32];
        key.CopyKeyTo(copy);
        Assert.DoesNotContain(Convert.ToHexString(copy), key.ToString(), StringComparison.OrdinalIgnoreCase);

        key.Dispose();
        kms.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.CopyKeyTo(copy));
        Assert.Throws<ObjectDisposedException>(() => Sign(key, entropy));
        Assert.Throws<ObjectDisposedException>(() => kms.CopyKeyTo(copy));
        Assert.Throws<ObjectDisposedException>(() => kms.Issue(Alice, entropy));
    }

    private static EccsiOutcome Receive(KmsSecretAuthenticationKey kms, byte[] identifier, byte[] ssk, byte[] pvt)
    {
        EccsiOutcome outcome = SecretSigningKey.Receive(kms.PublicKey, identifier, ssk, pvt, out SecretSigningKey? key);
        Assert.Null(key);
        return outcome;
    }

    private static byte[] Sign(SecretSigningKey key, SeededEntropy entropy)
    {
        byte[] signature = new byte[SecretSigningKey.Signature_bytes];
        key.Sign(Message, entropy, signature);
        return signature;
    }
}
