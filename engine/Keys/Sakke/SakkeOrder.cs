namespace MediaEngine.Keys;

/// <summary>q of SAKKE parameter set 1 (RFC 6509 appendix A); p + 1 = 4q.</summary>
internal readonly struct SakkeOrder : IModulus
{
    public static ReadOnlySpan<ulong> Value =>
    [
        0xd99b601ebfaa17fb, 0x203177c42b1eb3a1, 0xff38fa08e2615f6c, 0xa7e535abd5a5c7c7,
        0xa9f3cf14870f026a, 0x6dabfd2a0c614aa0, 0x144ab173595a0738, 0x389b1921cc9ad335,
        0x4d5b49fd2999a9b4, 0x39e46ce7fdf22286, 0xc8a1cc354c69672c, 0xbd02aac9f8bf03c6,
        0x6fa6b8d62cf8068b, 0x905b0338672d2098, 0x9971846636b4195e, 0x265eaec7c2958ff6,
    ];

    public static ulong NegativeInverse => 0xb8a1d17d46eaa4cd;

    public static ReadOnlySpan<ulong> R =>
    [
        0xe65bbf478203701e, 0x3ed73166fd47ca34, 0x04aa23cab1b7c377, 0x10a0bdf8fe1d5150,
        0x04492584d5a5f180, 0x6df81103b5b8403c, 0x863fd74be7e3d4ad, 0xac5d6935345f0cc1,
        0x2fdc4411066605c6, 0xa4a572900c5330da, 0x4c3536c0358794f6, 0x91efff442b85e957,
        0x6217aafaf22fd8b9, 0x9dddecad94f13c6d, 0x6756e59ab7c767c8, 0x19c7e751707ea038,
    ];

    public static ReadOnlySpan<ulong> RSquared =>
    [
        0xda18351aab65130d, 0x53d2a86ff2ea3168, 0x9cf2730004b7e984, 0x7df33bab26caacf6,
        0xbd9ffef9a4e7d523, 0xe4baf1d588717ce0, 0x24b1bbc4bc93533a, 0x9ad2dc261db57a34,
        0x422970b3838d8f48, 0x890491f5401df1e3, 0xf3d2a16bbcb013be, 0x9b9de76d5595e10b,
        0x58d7c6f9f724bb45, 0xb2074f8f97cac807, 0x76271e07c569cadc, 0x14274810a10f335f,
    ];
}
