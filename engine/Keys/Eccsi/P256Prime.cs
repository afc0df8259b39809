namespace MediaEngine.Keys;

/// <summary>p of NIST P-256 (FIPS 186-4 D.1.2.3).</summary>
internal readonly struct P256Prime : IModulus
{
    public static ReadOnlySpan<ulong> Value =>
    [
        0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001,
    ];

    public static ulong NegativeInverse => 0x0000000000000001;

    public static ReadOnlySpan<ulong> R =>
    [
        0x0000000000000001, 0xffffffff00000000, 0xffffffffffffffff, 0x00000000fffffffe,
    ];

    public static ReadOnlySpan<ulong> RSquared =>
    [
        0x0000000000000003, 0xfffffffbffffffff, 0xfffffffffffffffe, 0x00000004fffffffd,
    ];
}
