using System.Runtime.Intrinsics.X86;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace MediaEngine.Srtp;

/// <summary>AES-NI, AVX-512 and VPCLMULQDQ.</summary>
internal readonly struct Width512 : IVectorWidth
{
    public static bool IsSupported =>
        X86Aes.IsSupported && Pclmulqdq.V512.IsSupported && Avx512BW.IsSupported && Avx512BW.VL.IsSupported;

    public static bool Is512 => true;
}
