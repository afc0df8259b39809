using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Every AES-GCM of this machine, whichever it would choose.</summary>
internal static class Ciphers
{
    public static TheoryData<SrtpCipherKind> Kinds => [.. Enum.GetValues<SrtpCipherKind>()];

    public static TheoryData<SrtpCipherKind> Kernels =>
        [.. Enum.GetValues<SrtpCipherKind>().Where(kind => kind != SrtpCipherKind.Framework)];

    /// <summary>Kind and key length in octets.</summary>
    public static TheoryData<SrtpCipherKind, int> KindsAndKeys
    {
        get
        {
            var cases = new TheoryData<SrtpCipherKind, int>();
            foreach (SrtpCipherKind kind in Enum.GetValues<SrtpCipherKind>())
            {
                cases.Add(kind, 16);
                cases.Add(kind, 32);
            }
            return cases;
        }
    }

    /// <summary>Skips the test where the processor lacks the instructions.</summary>
    public static PacketCipher Create(SrtpCipherKind kind, byte[] key)
    {
        if (kind == SrtpCipherKind.Framework)
            return new FrameworkGcmCipher(key);
        if (!IsHere(kind))
            Assert.Skip($"This processor lacks the instructions: {kind} was NOT tested.");
        return Kernel(kind).Create(key);
    }

    public static bool IsHere(SrtpCipherKind kind) => kind == SrtpCipherKind.Framework || Kernel(kind).IsSupported;

    private static Candidate Kernel(SrtpCipherKind kind) => CipherChoice.Kernels.Single(kernel => kernel.Kind == kind);
}
