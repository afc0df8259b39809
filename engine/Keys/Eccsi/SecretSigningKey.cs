using System.Security.Cryptography;
using MediaEngine.Rtp;
using Point = MediaEngine.Keys.CurvePoint<
    MediaEngine.Keys.P256Curve, MediaEngine.Keys.Montgomery<MediaEngine.Keys.P256Prime, MediaEngine.Keys.Limbs4>>;
using Scalar = MediaEngine.Keys.Montgomery<MediaEngine.Keys.P256Order, MediaEngine.Keys.Limbs4>;

namespace MediaEngine.Keys;

/// <summary>
/// SSK with its PVT: what one user signs with (RFC 6507). Exists only after the check on receipt. Immutable until
/// disposed, which zeroes.
/// </summary>
public sealed class SecretSigningKey : IDisposable
{
    /// <summary>SSK, an integer.</summary>
    public const int Length_bytes = P256Curve.Scalar_bytes;

    /// <summary>PVT, an uncompressed point.</summary>
    public const int PublicValidationToken_bytes = P256Curve.Point_bytes;

    /// <summary>r ‖ s ‖ PVT.</summary>
    public const int Signature_bytes = 2 * P256Curve.Scalar_bytes + P256Curve.Point_bytes;

    private const int MaxTries = 16;

    private readonly SecretOctets _secret = new(Length_bytes);
    private readonly byte[] _token;
    private readonly byte[] _signerHash;

    private SecretSigningKey(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> token, ReadOnlySpan<byte> signerHash)
    {
        secret.CopyTo(_secret.Span);
        _token = token.ToArray();
        _signerHash = signerHash.ToArray();
    }

    public ReadOnlySpan<byte> PublicValidationToken => _token;

    internal ReadOnlySpan<byte> SignerHash => _signerHash;

    /// <summary>Checks keys as the KMS sent them (RFC 6507 5.1.2) and takes them.</summary>
    /// <param name="identifier">The octets under which the KMS issued them; in MCX the UID.</param>
    /// <param name="key">Null unless <see cref="EccsiOutcome.Ok"/>.</param>
    public static EccsiOutcome Receive(
        KmsPublicAuthenticationKey kms, ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> ssk, ReadOnlySpan<byte> pvt,
        out SecretSigningKey? key)
    {
        ArgumentNullException.ThrowIfNull(kms);
        key = null;
        if (ssk.Length != Length_bytes || pvt.Length != PublicValidationToken_bytes)
            return EccsiOutcome.WrongLength;
        if (!Scalar.TryRead(ssk, out Scalar secret) || secret.IsZeroMask() != 0)
            return EccsiOutcome.OutOfRange;
        if (!Point.TryRead(pvt, out Point token))
            return EccsiOutcome.InvalidPublicValidationToken;
        Span<byte> signerHash = stackalloc byte[EccsiHash.Length_bytes];
        EccsiHash.OfSigner(kms.Octets, identifier, pvt, signerHash);
        if (!kms.Issued(ssk, signerHash, token))
            return EccsiOutcome.Mismatch;
        key = new SecretSigningKey(ssk, pvt, signerHash);
        return EccsiOutcome.Ok;
    }

    /// <summary>For stores only: 32 octets.</summary>
    public void CopyKeyTo(Span<byte> destination) => _secret.Span.CopyTo(destination);

    /// <summary>Signs (RFC 6507 5.2.1) with a fresh nonce out of <paramref name="entropy"/>.</summary>
    /// <param name="signature129">r ‖ s ‖ PVT.</param>
    public void Sign(ReadOnlySpan<byte> message, IEntropy entropy, Span<byte> signature129)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        Span<byte> r = signature129[..P256Curve.Scalar_bytes];
        Span<byte> s = signature129.Slice(P256Curve.Scalar_bytes, P256Curve.Scalar_bytes);
        Span<byte> nonce = stackalloc byte[P256Curve.Scalar_bytes];
        Span<byte> point = stackalloc byte[P256Curve.Point_bytes];
        Span<byte> messageHash = stackalloc byte[EccsiHash.Length_bytes];
        Scalar.TryRead(_secret.Span, out Scalar secret);
        for (int i = 0; i < MaxTries; i++)
        {
            Scalar j = RandomScalar.Draw<Scalar>(entropy, least: 1, topOctetMask: 0xFF, nonce);
            P256Curve.GeneratorTable.Multiply(nonce).Write(point);
            CryptographicOperations.ZeroMemory(nonce);
            point.Slice(1, P256Curve.Scalar_bytes).CopyTo(r);
            EccsiHash.OfMessage(_signerHash, r, message, messageHash);
            Scalar denominator = Scalar.Reduce(messageHash) + (Scalar.Reduce(r) * secret);
            // Another nonce is asked for where r could not be verified or nothing can be divided by.
            if (Scalar.Reduce(r).IsZeroMask() != 0 || denominator.IsZeroMask() != 0)
                continue;
            (FieldArithmetic.Invert(denominator) * j).Write(s);
            _token.CopyTo(signature129[(2 * P256Curve.Scalar_bytes)..]);
            return;
        }
        throw new InvalidOperationException("The entropy source gives no usable nonce.");
    }

    /// <summary>Never key material.</summary>
    public override string ToString() => "SSK";

    public void Dispose() => _secret.Dispose();

    /// <summary>The KMS's side: keys it made itself need no check.</summary>
    internal static SecretSigningKey Issue(
        ReadOnlySpan<byte> secret, ReadOnlySpan<byte> token, ReadOnlySpan<byte> signerHash) => new(secret, token, signerHash);
}
