using System.Runtime.InteropServices;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>Multiples of P-256 points by the system's libcrypto.</summary>
internal static partial class LibcryptoCurve
{
    private const string Library = "libcrypto.so.3";
    private const int P256 = 415;
    private const int Uncompressed = 4;

    public static bool IsAvailable { get; } = NativeLibrary.TryLoad(Library, typeof(LibcryptoCurve).Assembly, null, out _);

    /// <summary>generatorScalar · G + scalar · point, uncompressed.</summary>
    public static byte[] Multiply(byte[] generatorScalar, byte[] point, byte[] scalar)
    {
        nint group = NewGroup(P256);
        nint other = NewPoint(group);
        nint result = NewPoint(group);
        nint n = FromOctets(generatorScalar, generatorScalar.Length, 0);
        nint m = FromOctets(scalar, scalar.Length, 0);
        byte[] octets = new byte[65];
        if (FromOctets(group, other, point, (nuint)point.Length, 0) != 1 ||
            Multiply(group, result, n, other, m, 0) != 1 ||
            ToOctets(group, result, Uncompressed, octets, (nuint)octets.Length, 0) != (nuint)octets.Length)
            throw new InvalidOperationException("libcrypto refused the point.");
        FreeNumber(n);
        FreeNumber(m);
        FreePoint(other);
        FreePoint(result);
        FreeGroup(group);
        return octets;
    }

    [LibraryImport(Library, EntryPoint = "EC_GROUP_new_by_curve_name")]
    private static partial nint NewGroup(int curve);

    [LibraryImport(Library, EntryPoint = "EC_POINT_new")]
    private static partial nint NewPoint(nint group);

    [LibraryImport(Library, EntryPoint = "BN_bin2bn")]
    private static partial nint FromOctets(byte[] octets, int length, nint number);

    [LibraryImport(Library, EntryPoint = "EC_POINT_oct2point")]
    private static partial int FromOctets(nint group, nint point, byte[] octets, nuint length, nint context);

    [LibraryImport(Library, EntryPoint = "EC_POINT_mul")]
    private static partial int Multiply(nint group, nint result, nint generatorScalar, nint point, nint scalar, nint context);

    [LibraryImport(Library, EntryPoint = "EC_POINT_point2oct")]
    private static partial nuint ToOctets(nint group, nint point, int form, byte[] octets, nuint length, nint context);

    [LibraryImport(Library, EntryPoint = "BN_free")]
    private static partial void FreeNumber(nint number);

    [LibraryImport(Library, EntryPoint = "EC_POINT_free")]
    private static partial void FreePoint(nint point);

    [LibraryImport(Library, EntryPoint = "EC_GROUP_free")]
    private static partial void FreeGroup(nint group);
}
