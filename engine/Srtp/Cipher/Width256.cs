using System.Runtime.Intrinsics.X86;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace MediaEngine.Srtp;

/// <summary>AES-NI, AVX2 and VPCLMULQDQ of 256 bits.</summary>
internal readonly struct Width256 : IVectorWidth
{
    public static bool IsSupported => X86Aes.IsSupported && Pclmulqdq.V256.IsSupported && Avx2.IsSupported;

    public static bool Is512 => false;
}
