namespace MediaEngine.Srtp;

/// <summary>What computes AES-GCM in this process.</summary>
public enum SrtpCipherKind
{
    /// <summary>System.Security.Cryptography: correct everywhere, about ten times dearer per packet.</summary>
    Framework,

    /// <summary>AES and carry-less multiplication, 128 bits wide: older x86, ARM64.</summary>
    Instructions128,

    /// <summary>AES-NI with AVX2 and VPCLMULQDQ: x86 without AVX-512, such as AMD Zen 3 and Intel Alder Lake.</summary>
    Instructions256,

    /// <summary>AES-NI with AVX-512 and VPCLMULQDQ.</summary>
    Instructions512,
}
