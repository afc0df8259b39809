namespace MediaEngine.Srtp;

/// <summary>
/// Which cipher this process uses, decided at first use: the widest kernel that the processor has instructions for and
/// that passes the self-test, else the framework. The AppContext switch forces the framework.
/// </summary>
internal static class CipherChoice
{
    public const string FrameworkSwitch = "MediaEngine.Srtp.FrameworkCipher";

    private static readonly Outcome Chosen =
        AppContext.TryGetSwitch(FrameworkSwitch, out bool framework) && framework
            ? new Outcome(Framework, false, $"framework: the switch {FrameworkSwitch} is set")
            : Choose(Kernels);

    /// <summary>Fastest first.</summary>
    public static IReadOnlyList<Candidate> Kernels =>
    [
        new(SrtpCipherKind.Instructions512, Width512.IsSupported, static key => new WideGcmCipher<Width512>(key)),
        new(SrtpCipherKind.Instructions256, Width256.IsSupported, static key => new WideGcmCipher<Width256>(key)),
        new(SrtpCipherKind.Instructions128, BlockGcmCipher.IsSupported, static key => new BlockGcmCipher(key)),
    ];

    public static SrtpCipherKind Current => Chosen.Cipher.Kind;

    public static bool SelfTestFailed => Chosen.Failed;

    public static string Reason => Chosen.Reason;

    public static bool UsesProcessorInstructions => Current != SrtpCipherKind.Framework;

    private static Candidate Framework =>
        new(SrtpCipherKind.Framework, IsSupported: true, static key => new FrameworkGcmCipher(key));

    public static PacketCipher Create(ReadOnlySpan<byte> key) => Chosen.Cipher.Create(key);

    /// <summary>The first candidate that is supported and right.</summary>
    public static Outcome Choose(IEnumerable<Candidate> candidates)
    {
        List<SrtpCipherKind> failed = [];
        foreach (Candidate candidate in candidates)
        {
            if (!candidate.IsSupported)
                continue;
            if (CipherSelfTest.Passes(candidate.Create))
                return new Outcome(candidate, failed.Count > 0, Describe(candidate.Kind, failed));
            failed.Add(candidate.Kind);
        }
        return new Outcome(Framework, failed.Count > 0, Describe(SrtpCipherKind.Framework, failed));
    }

    private static string Describe(SrtpCipherKind kind, List<SrtpCipherKind> failed)
    {
        string chosen = kind == SrtpCipherKind.Framework && failed.Count == 0
            ? "Framework: the processor lacks the instructions"
            : kind.ToString();
        return failed.Count == 0 ? chosen : $"{chosen}; SELF-TEST FAILED: {string.Join(", ", failed)}";
    }

    public sealed record Outcome(Candidate Cipher, bool Failed, string Reason);
}
