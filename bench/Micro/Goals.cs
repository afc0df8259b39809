using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>
/// The most our full path may cost of a peer. Where the processor's instructions are missing there is no kernel to judge: no
/// goals but the framework's own.
/// </summary>
internal static class Goals
{
    public const double Mki_ns = 3;
    public const double Context_bytes = 1024;

    /// <summary>AES-GCM with 128 and with 256 bits.</summary>
    public static double? OfAead(string peer, int payload_bytes) => (peer, Small: payload_bytes <= 320) switch
    {
        (Peer.AesGcm, var small) => !CipherChoice.UsesProcessorInstructions ? 1.15 : small ? 0.20 : 0.55,
        _ when !CipherChoice.UsesProcessorInstructions => null,
        (Peer.IpsecMb, var small) => small ? 1.0 : 1.35,
        (Peer.Evp, true) => 0.25,
        (Peer.Libsrtp or Peer.OwnLibsrtp, true) => 0.20,
        _ => null,
    };

    /// <summary>
    /// AES-CM with HMAC-SHA1: one at a time against libsrtp, batches against bursts. Debian's libsrtp is slow, and one on OpenSSL
    /// costs more than OpenSSL alone: what is met against OpenSSL is met against any.
    /// </summary>
    public static double? OfCounterMode(string peer) => peer switch
    {
        _ when !CipherChoice.UsesProcessorInstructions => null,
        Peer.Libsrtp or Peer.OwnLibsrtp or Peer.Evp => 0.5,
        Peer.IpsecMbBurst => 1.1,
        _ => null,
    };
}
