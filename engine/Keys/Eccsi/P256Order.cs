namespace MediaEngine.Keys;

/// <summary>q, the order of the base point of NIST P-256 (FIPS 186-4 D.1.2.3).</summary>
internal readonly struct P256Order : IModulus
{
    public static ReadOnlySpan<ulong> Value =>
    [
        0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000,
    ];

    public static ulong NegativeInverse => 0xccd1c8aaee00bc4f;

    public static ReadOnlySpan<ulong> R =>
    [
        0x0c46353d039cdaaf, 0x4319055258e8617b, 0x0000000000000000, 0x00000000ffffffff,
    ];

    public static ReadOnlySpan<ulong> RSquared =>
    [
        0x83244c95be79eea2, 0x4699799c49bd6fa6, 0x2845b2392b6bec59, 0x66e12d94f3d95620,
    ];
}
