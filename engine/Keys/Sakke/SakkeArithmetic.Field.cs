using System.Security.Cryptography;
using Scalar = MediaEngine.Keys.Montgomery<MediaEngine.Keys.SakkeOrder, MediaEngine.Keys.Limbs16>;

namespace MediaEngine.Keys;

/// <inheritdoc/>
internal sealed class SakkeArithmetic<TField> : SakkeArithmetic
    where TField : unmanaged, IFieldElement<TField>
{
    private readonly FixedBaseTable<CurvePoint<SakkeCurve<TField>, TField>> _generator;
    private readonly FixedBaseTable<QuadraticElement<TField>> _pairingOfGenerator;

    public SakkeArithmetic()
    {
        CurvePoint<SakkeCurve<TField>, TField>.TryRead(SakkeParameters.Generator, out var generator);
        TField.TryRead(SakkeParameters.PairingOfGenerator, out TField representative);
        _generator = new(generator, SakkeParameters.Integer_bytes);
        _pairingOfGenerator = new(
            new QuadraticElement<TField> { Real = TField.One, Imaginary = representative }, SakkeParameters.Integer_bytes);
    }

    public override string FieldName => typeof(TField).Name.Split('`')[0];

    public override void MultiplyGenerator(ReadOnlySpan<byte> scalar128, Span<byte> point257) =>
        _generator.Multiply(scalar128).Write(point257);

    public override SakkeSender? OpenPublicKey(ReadOnlySpan<byte> publicKey257) =>
        TryReadOfOrder(publicKey257, out var point) ? new Sender(this, point) : null;

    public override SakkeOutcome OpenReceiverKey(
        ReadOnlySpan<byte> publicKey257, ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> rsk, out SakkeReceiver? receiver)
    {
        receiver = null;
        if (rsk.Length != SakkeParameters.Point_bytes)
            return SakkeOutcome.WrongLength;
        if (!TryReadOfOrder(rsk, out var secret))
            return SakkeOutcome.NotAPoint;
        CurvePoint<SakkeCurve<TField>, TField>.TryRead(publicKey257, out var publicKey);
        Span<byte> scalar = stackalloc byte[SakkeParameters.Integer_bytes];
        Scalar.Reduce(identifier).Write(scalar);
        // The public key of this one receiver: [b]P + Z_T.
        var target = CurvePoint<SakkeCurve<TField>, TField>.Combine(_generator.Multiply(scalar), publicKey);
        var lines = new MillerLines<TField>(secret.X, secret.Y);
        TField inverse = FieldArithmetic.Invert(target.Z);
        TField pairing = lines.Pair(target.X * inverse, target.Y * inverse);
        TField.TryRead(SakkeParameters.PairingOfGenerator, out TField expected);
        if (FieldArithmetic.EqualMask(pairing, expected) == 0)
        {
            lines.Dispose();
            return SakkeOutcome.Mismatch;
        }
        receiver = new Receiver(lines, target, identifier);
        return SakkeOutcome.Ok;
    }

    private static bool TryReadOfOrder(ReadOnlySpan<byte> octets, out CurvePoint<SakkeCurve<TField>, TField> point)
    {
        if (!CurvePoint<SakkeCurve<TField>, TField>.TryRead(octets, out point))
            return false;
        Span<byte> order = stackalloc byte[SakkeParameters.Integer_bytes];
        Limbs.Write(SakkeOrder.Value, order);
        return ConstantTime.Multiply(point, order).IsIdentityMask() != 0;
    }

    private sealed class Sender(SakkeArithmetic<TField> arithmetic, CurvePoint<SakkeCurve<TField>, TField> publicKey)
        : SakkeSender
    {
        private readonly FixedBaseTable<CurvePoint<SakkeCurve<TField>, TField>> _publicKey =
            new(publicKey, SakkeParameters.Integer_bytes);

        public override void Encapsulate(
            ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> ssv16, Span<byte> encapsulated273)
        {
            Scalar r = SakkeHash.ToScalar(ssv16, identifier);
            Span<byte> scalar = stackalloc byte[SakkeParameters.Integer_bytes];
            Span<byte> product = stackalloc byte[SakkeParameters.Integer_bytes];
            Span<byte> w = stackalloc byte[SakkeParameters.Integer_bytes];
            r.Write(scalar);
            (r * Scalar.Reduce(identifier)).Write(product);
            // R = [r]([b]P + Z) = [rb]P + [r]Z: both bases have tables.
            arithmetic._generator.MultiplyAndAdd(product, _publicKey, scalar).Write(encapsulated273);
            arithmetic._pairingOfGenerator.Multiply(scalar).Representative().Write(w);
            Span<byte> hint = encapsulated273[SakkeParameters.Point_bytes..];
            ssv16.CopyTo(hint);
            SakkeHash.Mask(w, hint);
            CryptographicOperations.ZeroMemory(scalar);
            CryptographicOperations.ZeroMemory(product);
            CryptographicOperations.ZeroMemory(w);
        }
    }

    private sealed class Receiver(
        MillerLines<TField> lines, CurvePoint<SakkeCurve<TField>, TField> target, ReadOnlySpan<byte> identifier)
        : SakkeReceiver
    {
        private readonly FixedBaseTable<CurvePoint<SakkeCurve<TField>, TField>> _target =
            new(target, SakkeParameters.Integer_bytes);

        private readonly byte[] _identifier = identifier.ToArray();

        public override SakkeOutcome Decapsulate(ReadOnlySpan<byte> encapsulated, Span<byte> ssv16)
        {
            ssv16.Clear();
            if (encapsulated.Length != SakkeParameters.Point_bytes + SakkeParameters.SharedSecretValue_bytes)
                return SakkeOutcome.WrongLength;
            if (!CurvePoint<SakkeCurve<TField>, TField>.TryRead(
                encapsulated[..SakkeParameters.Point_bytes], out var point))
                return SakkeOutcome.NotAPoint;
            Span<byte> scalar = stackalloc byte[SakkeParameters.Integer_bytes];
            Span<byte> w = stackalloc byte[SakkeParameters.Integer_bytes];
            lines.Pair(point.X, point.Y).Write(w);
            encapsulated[SakkeParameters.Point_bytes..].CopyTo(ssv16);
            SakkeHash.Mask(w, ssv16);
            SakkeHash.ToScalar(ssv16, _identifier).Write(scalar);
            var test = _target.Multiply(scalar);
            ulong same = CurvePoint<SakkeCurve<TField>, TField>.EqualMask(test, point);
            CryptographicOperations.ZeroMemory(scalar);
            CryptographicOperations.ZeroMemory(w);
            if (same != 0)
                return SakkeOutcome.Ok;
            CryptographicOperations.ZeroMemory(ssv16);
            return SakkeOutcome.Mismatch;
        }

        public override void Dispose() => lines.Dispose();
    }
}
