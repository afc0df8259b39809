using System.Security.Cryptography;
using MediaEngine.Rtp;
using Scalar = MediaEngine.Keys.Montgomery<MediaEngine.Keys.P256Order, MediaEngine.Keys.Limbs4>;

namespace MediaEngine.Keys;

/// <summary>
/// KSAK: what a KMS issues its users' ECCSI signing keys with (RFC 6507). Immutable until disposed, which zeroes.
/// </summary>
public sealed class KmsSecretAuthenticationKey : IDisposable
{
    /// <summary>An integer below the order of P-256.</summary>
    public const int Length_bytes = P256Curve.Scalar_bytes;

    private const int MaxTries = 16;

    private readonly SecretOctets _secret = new(Length_bytes);

    private KmsSecretAuthenticationKey(ReadOnlySpan<byte> secret)
    {
        secret.CopyTo(_secret.Span);
        Span<byte> point = stackalloc byte[P256Curve.Point_bytes];
        P256Curve.GeneratorTable.Multiply(secret).Write(point);
        PublicKey = KmsPublicAuthenticationKey.Read(point)!;
    }

    /// <summary>KPAK = [KSAK]G.</summary>
    public KmsPublicAuthenticationKey PublicKey { get; }

    public static KmsSecretAuthenticationKey Generate(IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        Span<byte> secret = stackalloc byte[Length_bytes];
        RandomScalar.Draw<Scalar>(entropy, least: 1, topOctetMask: 0xFF, secret);
        var key = new KmsSecretAuthenticationKey(secret);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    /// <summary>Null unless the octets are an integer from 1 to q - 1.</summary>
    public static KmsSecretAuthenticationKey? Read(ReadOnlySpan<byte> octets32) =>
        Scalar.TryRead(octets32, out Scalar value) && value.IsZeroMask() == 0
            ? new KmsSecretAuthenticationKey(octets32)
            : null;

    /// <summary>For stores only: 32 octets.</summary>
    public void CopyKeyTo(Span<byte> destination) => _secret.Span.CopyTo(destination);

    /// <summary>Makes the SSK and PVT of one identifier (RFC 6507 5.1.1); the caller disposes them.</summary>
    /// <param name="identifier">In MCX the UID.</param>
    public SecretSigningKey Issue(ReadOnlySpan<byte> identifier, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        Span<byte> octets = stackalloc byte[Length_bytes];
        Span<byte> token = stackalloc byte[P256Curve.Point_bytes];
        Span<byte> signerHash = stackalloc byte[EccsiHash.Length_bytes];
        Scalar.TryRead(_secret.Span, out Scalar secret);
        for (int i = 0; i < MaxTries; i++)
        {
            Scalar v = RandomScalar.Draw<Scalar>(entropy, least: 1, topOctetMask: 0xFF, octets);
            P256Curve.GeneratorTable.Multiply(octets).Write(token);
            EccsiHash.OfSigner(PublicKey.Octets, identifier, token, signerHash);
            Scalar hash = Scalar.Reduce(signerHash);
            Scalar signing = secret + (hash * v);
            signing.Write(octets);
            if (hash.IsZeroMask() == 0 && signing.IsZeroMask() == 0)
            {
                SecretSigningKey key = SecretSigningKey.Issue(octets, token, signerHash);
                CryptographicOperations.ZeroMemory(octets);
                return key;
            }
        }
        throw new InvalidOperationException("The entropy source gives no usable scalar.");
    }

    /// <summary>Never key material.</summary>
    public override string ToString() => "KSAK";

    public void Dispose() => _secret.Dispose();
}
