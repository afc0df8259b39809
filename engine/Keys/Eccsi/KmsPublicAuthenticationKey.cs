using Field = MediaEngine.Keys.Montgomery<MediaEngine.Keys.P256Prime, MediaEngine.Keys.Limbs4>;
using Point = MediaEngine.Keys.CurvePoint<
    MediaEngine.Keys.P256Curve, MediaEngine.Keys.Montgomery<MediaEngine.Keys.P256Prime, MediaEngine.Keys.Limbs4>>;
using Scalar = MediaEngine.Keys.Montgomery<MediaEngine.Keys.P256Order, MediaEngine.Keys.Limbs4>;

namespace MediaEngine.Keys;

/// <summary>KPAK: the key of a KMS under which its users' ECCSI signatures are verified (RFC 6507). Immutable.</summary>
public sealed class KmsPublicAuthenticationKey
{
    /// <summary>An uncompressed point: 04 ‖ x ‖ y.</summary>
    public const int Length_bytes = P256Curve.Point_bytes;

    private readonly byte[] _octets;
    private readonly Point _point;
    private readonly FixedBaseTable<Point> _table;

    private KmsPublicAuthenticationKey(ReadOnlySpan<byte> octets, in Point point)
    {
        _octets = octets.ToArray();
        _point = point;
        _table = new FixedBaseTable<Point>(point, P256Curve.Scalar_bytes);
    }

    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>Null unless the octets are an uncompressed point of P-256.</summary>
    public static KmsPublicAuthenticationKey? Read(ReadOnlySpan<byte> octets65) =>
        Point.TryRead(octets65, out Point point) ? new KmsPublicAuthenticationKey(octets65, point) : null;

    /// <summary>Verifies a signature of the user with this identifier (RFC 6507 5.2.2). Never throws on wire input.</summary>
    /// <param name="identifier">The octets under which the KMS issued the signer's keys; in MCX the UID.</param>
    /// <param name="signature">r ‖ s ‖ PVT.</param>
    public EccsiOutcome Verify(ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SecretSigningKey.Signature_bytes)
            return EccsiOutcome.WrongLength;
        ReadOnlySpan<byte> rOctets = signature[..P256Curve.Scalar_bytes];
        ReadOnlySpan<byte> tokenOctets = signature[(2 * P256Curve.Scalar_bytes)..];
        // r is an x-coordinate, so its bound is p; s is a scalar.
        if (!Field.TryRead(rOctets, out Field rField) || rField.IsZeroMask() != 0 ||
            !Scalar.TryRead(signature[P256Curve.Scalar_bytes..][..P256Curve.Scalar_bytes], out Scalar s) ||
            s.IsZeroMask() != 0)
            return EccsiOutcome.OutOfRange;
        if (!Point.TryRead(tokenOctets, out Point token))
            return EccsiOutcome.InvalidPublicValidationToken;
        Span<byte> signerHash = stackalloc byte[EccsiHash.Length_bytes];
        EccsiHash.OfSigner(_octets, identifier, tokenOctets, signerHash);
        Span<byte> messageHash = stackalloc byte[EccsiHash.Length_bytes];
        EccsiHash.OfMessage(signerHash, rOctets, message, messageHash);
        // J = [s]([HE]G + [r]([HS]PVT + KPAK)), multiplied out.
        Scalar sr = s * Scalar.Reduce(rOctets);
        Point j = Point.Combine(
            P256Curve.GeneratorTable.MultiplyAndAdd(Octets32(s * Scalar.Reduce(messageHash)), _table, Octets32(sr)),
            ConstantTime.Multiply(token, Octets32(sr * Scalar.Reduce(signerHash))));
        return j.IsIdentityMask() == 0 && FieldArithmetic.EqualMask(j.X, rField * j.Z) != 0
            ? EccsiOutcome.Ok
            : EccsiOutcome.Mismatch;
    }

    /// <summary>Whether KPAK = [SSK]G - [HS]PVT (RFC 6507 5.1.2).</summary>
    internal bool Issued(ReadOnlySpan<byte> secretSigningKey, ReadOnlySpan<byte> signerHash, in Point token)
    {
        Point right = Point.Combine(
            P256Curve.GeneratorTable.Multiply(secretSigningKey),
            Point.Negate(ConstantTime.Multiply(token, signerHash)));
        return Point.EqualMask(_point, right) != 0;
    }

    private static byte[] Octets32(in Scalar value)
    {
        byte[] octets = new byte[P256Curve.Scalar_bytes];
        value.Write(octets);
        return octets;
    }
}
