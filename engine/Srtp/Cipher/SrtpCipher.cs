namespace MediaEngine.Srtp;

/// <summary>
/// Which cipher this process uses and why, for a host to log at start. A processor's kernel that fails its self-test is
/// not used and named here.
/// </summary>
public static class SrtpCipher
{
    public static SrtpCipherKind Current => CipherChoice.Current;

    /// <summary>True when a kernel this processor has instructions for failed its self-test: worth an alarm.</summary>
    public static bool SelfTestFailed => CipherChoice.SelfTestFailed;

    /// <summary>One line for a log.</summary>
    public static string Reason => CipherChoice.Reason;
}
