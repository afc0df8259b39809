using System.Security.Cryptography;
using MediaEngine.Rtp;
using Scalar = MediaEngine.Keys.Montgomery<MediaEngine.Keys.SakkeOrder, MediaEngine.Keys.Limbs16>;

namespace MediaEngine.Keys;

/// <summary>z_T: what a KMS makes its users' RSKs with (RFC 6508). Immutable until disposed, which zeroes.</summary>
public sealed class KmsMasterSecret : IDisposable
{
    /// <summary>An integer from 2 to q - 1.</summary>
    public const int Length_bytes = SakkeParameters.Integer_bytes;

    private readonly SecretOctets _secret = new(Length_bytes);

    private KmsMasterSecret(ReadOnlySpan<byte> secret)
    {
        secret.CopyTo(_secret.Span);
        Span<byte> point = stackalloc byte[KmsPublicKey.Length_bytes];
        SakkeArithmetic.Preferred.MultiplyGenerator(secret, point);
        PublicKey = KmsPublicKey.Read(point)!;
    }

    /// <summary>Z_T = [z_T]P.</summary>
    public KmsPublicKey PublicKey { get; }

    public static KmsMasterSecret Generate(IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        Span<byte> secret = stackalloc byte[Length_bytes];
        RandomScalar.Draw<Scalar>(entropy, least: 2, SakkeParameters.OrderTopOctetMask, secret);
        var key = new KmsMasterSecret(secret);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    /// <summary>Null unless the octets are an integer from 2 to q - 1.</summary>
    public static KmsMasterSecret? Read(ReadOnlySpan<byte> octets128) =>
        Scalar.TryRead(octets128, out Scalar value) && value.IsZeroMask() == 0 && (value - Scalar.One).IsZeroMask() == 0
            ? new KmsMasterSecret(octets128)
            : null;

    /// <summary>For stores only: 128 octets.</summary>
    public void CopyKeyTo(Span<byte> destination) => _secret.Span.CopyTo(destination);

    /// <summary>
    /// Makes the RSK of one identifier: [1 / (a + z_T)]P (RFC 6508 6.1.1). False for the one identifier in q that has none.
    /// </summary>
    /// <param name="identifier">In MCX the UID; 1..128 octets.</param>
    public bool TryIssue(ReadOnlySpan<byte> identifier, Span<byte> rsk257)
    {
        KmsPublicKey.ThrowUnlessIdentifier(identifier);
        Scalar.TryRead(_secret.Span, out Scalar secret);
        Scalar sum = Scalar.Reduce(identifier) + secret;
        if (sum.IsZeroMask() != 0)
            return false;
        Span<byte> scalar = stackalloc byte[Length_bytes];
        FieldArithmetic.Invert(sum).Write(scalar);
        SakkeArithmetic.Preferred.MultiplyGenerator(scalar, rsk257);
        CryptographicOperations.ZeroMemory(scalar);
        return true;
    }

    /// <summary>Never key material.</summary>
    public override string ToString() => "z_T";

    public void Dispose() => _secret.Dispose();
}
