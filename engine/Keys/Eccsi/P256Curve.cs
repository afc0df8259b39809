using Field = MediaEngine.Keys.Montgomery<MediaEngine.Keys.P256Prime, MediaEngine.Keys.Limbs4>;
using Point = MediaEngine.Keys.CurvePoint<
    MediaEngine.Keys.P256Curve, MediaEngine.Keys.Montgomery<MediaEngine.Keys.P256Prime, MediaEngine.Keys.Limbs4>>;

namespace MediaEngine.Keys;

/// <summary>NIST P-256 (FIPS 186-4 D.1.2.3), the curve of ECCSI (RFC 6509 2.1.1).</summary>
internal readonly struct P256Curve : ICurve<Field>
{
    /// <summary>Octets of a scalar and of a coordinate.</summary>
    public const int Scalar_bytes = 32;

    /// <summary>Octets of an uncompressed point.</summary>
    public const int Point_bytes = 65;

    // A property: a static field may be read before it is set where code is compiled once and optimised at once.
    private static Field B => Field.FromMontgomeryForm(
    [
        0xd89cdf6229c4bddf, 0xacf005cd78843090, 0xe5a220abf7212ed6, 0xdc30061d04874834,
    ]);

    /// <summary>G, uncompressed.</summary>
    public static ReadOnlySpan<byte> Generator =>
    [
        0x04,
        0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
        0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
        0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
        0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
    ];

    public static FixedBaseTable<Point> GeneratorTable { get; } = MakeGeneratorTable();

    public static Field MultiplyByB(in Field value) => B * value;

    private static FixedBaseTable<Point> MakeGeneratorTable()
    {
        Point.TryRead(Generator, out Point generator);
        return new FixedBaseTable<Point>(generator, Scalar_bytes);
    }
}
