using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>
/// The most our full path may cost of a peer's bare AEAD. Where the processor's instructions are missing there is no
/// kernel to judge: no goals but the framework's own.
/// </summary>
internal static class Goals
{
    public const double Mki_ns = 3;
    public const double Context_bytes = 1024;

    public static double? AgainstIpsecMb(int payload_bytes) =>
        !CipherChoice.UsesProcessorInstructions ? null : payload_bytes <= 320 ? 1.0 : 1.35;

    public static double? AgainstEvp(int payload_bytes) =>
        !CipherChoice.UsesProcessorInstructions || payload_bytes > 320 ? null : 0.25;

    public static double? AgainstLibsrtp(int payload_bytes) =>
        !CipherChoice.UsesProcessorInstructions || payload_bytes > 320 ? null : 0.20;

    public static double AgainstAesGcm(int payload_bytes) =>
        !CipherChoice.UsesProcessorInstructions ? 1.15 : payload_bytes <= 320 ? 0.20 : 0.55;
}
