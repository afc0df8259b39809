using System.Text;
using MediaEngine.Keys;
using Xunit;

namespace MediaEngine.Engine.Tests.Keys;

public class SakkeTests
{
    private const int Hint_offset = 257;

    private static readonly byte[] Alice = Encoding.UTF8.GetBytes("sip:alice@example.org");
    private static readonly byte[] Bob = Encoding.UTF8.GetBytes("sip:bob@example.org");
    private static readonly KmsMasterSecret Kms = KmsMasterSecret.Generate(new SeededEntropy(1));
    private static readonly byte[] AliceRsk = Issue(Kms, Alice);

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(128)]
    public void What_is_encapsulated_to_a_user_he_alone_opens(int identifierLength)
    {
        var entropy = new SeededEntropy(identifierLength);
        byte[] identifier = new byte[identifierLength];
        byte[] ssv = new byte[16];
        entropy.Fill(identifier);
        entropy.Fill(ssv);
        using ReceiverSecretKey key = Receive(identifier, Issue(Kms, identifier));
        using ReceiverSecretKey alice = Receive(Alice, AliceRsk);
        byte[] encapsulated = Encapsulate(identifier, ssv);
        byte[] opened = new byte[16];

        Assert.Equal(SakkeOutcome.Ok, key.Decapsulate(encapsulated, opened));
        Assert.Equal(ssv, opened);
        Assert.Equal(SakkeOutcome.Mismatch, alice.Decapsulate(encapsulated, opened));
        Assert.Equal(new byte[16], opened);
    }

    [Theory]
    [MemberData(nameof(SakkeFields.All), MemberType = typeof(SakkeFields))]
    public void Every_representation_of_the_field_gives_the_same_octets(string field)
    {
        byte[] ssv = Encoding.ASCII.GetBytes("sixteen octets..");
        byte[] encapsulated = new byte[KmsPublicKey.EncapsulatedData_bytes];
        byte[] opened = new byte[16];
        KmsPublicKey kms = KmsPublicKey.Read(Kms.PublicKey.Octets, SakkeFields.Of(field))!;
        Assert.Equal(SakkeOutcome.Ok, ReceiverSecretKey.Receive(kms, Alice, AliceRsk, out ReceiverSecretKey? key));

        kms.Encapsulate(Alice, ssv, encapsulated);

        Assert.Equal(Encapsulate(Alice, ssv), encapsulated);
        Assert.Equal(SakkeOutcome.Ok, key!.Decapsulate(encapsulated, opened));
        Assert.Equal(ssv, opened);
        key.Dispose();
    }

    [Fact]
    public void Data_with_any_part_changed_are_refused_and_give_nothing()
    {
        using ReceiverSecretKey key = Receive(Alice, AliceRsk);
        byte[] encapsulated = Encapsulate(Alice, new byte[16]);
        byte[] opened = new byte[16];
        for (int octet = 0; octet < encapsulated.Length; octet += octet < Hint_offset - 8 ? 8 : 1)
        {
            byte[] altered = [.. encapsulated];
            altered[octet] ^= (byte)(1 << (octet % 8));
            Array.Fill(opened, (byte)0xAA);
            Assert.Equal(
                octet < Hint_offset ? SakkeOutcome.NotAPoint : SakkeOutcome.Mismatch, key.Decapsulate(altered, opened));
            Assert.Equal(new byte[16], opened);
        }
    }

    [Fact]
    public void Another_point_of_the_curve_in_place_of_R_is_refused()
    {
        using ReceiverSecretKey key = Receive(Alice, AliceRsk);
        byte[] encapsulated = Encapsulate(Alice, new byte[16]);
        byte[] opened = new byte[16];
        // The generator; and (0, 0), which is on the curve and of order 2.
        foreach (byte[] point in new[] { SakkeParameters.Generator.ToArray(), [0x04, .. new byte[256]] })
        {
            Assert.Equal(SakkeOutcome.Mismatch, key.Decapsulate([.. point, .. encapsulated[Hint_offset..]], opened));
            Assert.Equal(new byte[16], opened);
        }
    }

    [Fact]
    public void A_receiver_secret_key_of_another_user_KMS_or_order_is_refused_on_receipt()
    {
        using var other = KmsMasterSecret.Generate(new SeededEntropy(2));

        Assert.Equal(SakkeOutcome.Mismatch, Refused(Kms, Bob, AliceRsk));
        Assert.Equal(SakkeOutcome.Mismatch, Refused(other, Alice, AliceRsk));
        Assert.Equal(SakkeOutcome.Mismatch, Refused(Kms, Alice, SakkeParameters.Generator.ToArray()));
        Assert.Equal(SakkeOutcome.NotAPoint, Refused(Kms, Alice, [0x04, .. new byte[256]]));
        Assert.Equal(SakkeOutcome.NotAPoint, Refused(Kms, Alice, [0x02, .. AliceRsk[1..]]));
        Assert.Equal(SakkeOutcome.WrongLength, Refused(Kms, Alice, AliceRsk[1..]));
        Assert.Equal(SakkeOutcome.WrongLength, Refused(Kms, Alice, []));
    }

    [Fact]
    public void A_public_key_outside_the_group_is_refused()
    {
        Assert.Null(KmsPublicKey.Read([0x04, .. new byte[256]]));
        Assert.Null(KmsPublicKey.Read(Kms.PublicKey.Octets[1..]));
        Assert.Null(KmsPublicKey.Read([0x06, .. Kms.PublicKey.Octets[1..]]));
        Assert.NotNull(KmsPublicKey.Read(Kms.PublicKey.Octets));
    }

    [Fact]
    public void Master_secrets_lie_from_2_to_q_less_1()
    {
        byte[] q = new byte[128];
        Limbs.Write(SakkeOrder.Value, q);
        byte[] last = [.. q];
        last[127]--;

        Assert.Null(KmsMasterSecret.Read(new byte[128]));
        Assert.Null(KmsMasterSecret.Read([.. new byte[127], 1]));
        Assert.Null(KmsMasterSecret.Read(q));
        Assert.Null(KmsMasterSecret.Read([.. Enumerable.Repeat((byte)0xFF, 128)]));
        Assert.Null(KmsMasterSecret.Read([2]));
        using var least = KmsMasterSecret.Read([.. new byte[127], 2]);
        using var most = KmsMasterSecret.Read(last);
        Assert.NotNull(least);
        // q - 1 is -1, and -1 + 1 has no inverse.
        Assert.False(most!.TryIssue([1], new byte[257]));
        Assert.True(most.TryIssue([2], new byte[257]));
    }

    [Fact]
    public void Noise_of_any_length_never_throws_and_never_opens()
    {
        using ReceiverSecretKey key = Receive(Alice, AliceRsk);
        var random = new Random(5);
        byte[] opened = new byte[16];
        for (int i = 0; i < 200; i++)
        {
            byte[] noise = new byte[i % 2 == 0 ? KmsPublicKey.EncapsulatedData_bytes : random.Next(600)];
            random.NextBytes(noise);
            if (i % 4 == 0)
                noise[0] = 0x04;

            Assert.Equal(
                noise.Length == KmsPublicKey.EncapsulatedData_bytes ? SakkeOutcome.NotAPoint : SakkeOutcome.WrongLength,
                key.Decapsulate(noise, opened));
            Assert.Null(KmsPublicKey.Read(noise));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(129)]
    public void An_identifier_that_has_no_place_is_the_caller_s_error(int length)
    {
        Assert.Throws<ArgumentException>(() => Encapsulate(new byte[length], new byte[16]));
        Assert.Throws<ArgumentException>(() => Kms.TryIssue(new byte[length], new byte[257]));
        Assert.Throws<ArgumentException>(() => ReceiverSecretKey.Receive(Kms.PublicKey, new byte[length], AliceRsk, out _));
    }

    [Fact]
    public void Secrets_are_gone_after_disposal_and_never_in_text()
    {
        var kms = KmsMasterSecret.Generate(new SeededEntropy(6));
        ReceiverSecretKey key = Receive(Alice, AliceRsk);
        Assert.DoesNotContain(Convert.ToHexString(AliceRsk), key.ToString(), StringComparison.OrdinalIgnoreCase);

        key.Dispose();
        kms.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.CopyKeyTo(new byte[257]));
        Assert.Throws<ObjectDisposedException>(() => key.Decapsulate(new byte[273], new byte[16]));
        Assert.Throws<ObjectDisposedException>(() => kms.CopyKeyTo(new byte[128]));
        Assert.Throws<ObjectDisposedException>(() => kms.TryIssue(Alice, new byte[257]));
    }

    private static byte[] Issue(KmsMasterSecret kms, byte[] identifier)
    {
        byte[] rsk = new byte[ReceiverSecretKey.Length_bytes];
        Assert.True(kms.TryIssue(identifier, rsk));
        return rsk;
    }

    private static ReceiverSecretKey Receive(byte[] identifier, byte[] rsk)
    {
        Assert.Equal(SakkeOutcome.Ok, ReceiverSecretKey.Receive(Kms.PublicKey, identifier, rsk, out ReceiverSecretKey? key));
        return key!;
    }

    private static SakkeOutcome Refused(KmsMasterSecret kms, byte[] identifier, byte[] rsk)
    {
        SakkeOutcome outcome = ReceiverSecretKey.Receive(kms.PublicKey, identifier, rsk, out ReceiverSecretKey? key);
        Assert.Null(key);
        return outcome;
    }

    private static byte[] Encapsulate(byte[] identifier, byte[] ssv)
    {
        byte[] encapsulated = new byte[KmsPublicKey.EncapsulatedData_bytes];
        Kms.PublicKey.Encapsulate(identifier, ssv, encapsulated);
        return encapsulated;
    }
}
