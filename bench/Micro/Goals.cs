using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>What the measures must reach.</summary>
internal static class Goals
{
    /// <summary>
    /// The most our full path may cost of the framework's bare AES-GCM: small packets gain most, because the framework's
    /// price is the call and not the octets.
    /// </summary>
    public static double AgainstAesGcm(int payload_bytes) =>
        !CipherChoice.UsesProcessorInstructions ? 1.15 : payload_bytes <= 320 ? 0.20 : 0.55;
}
