using BenchmarkDotNet.Running;
using MediaEngine.Bench.Micro;

return args switch
{
    ["versus", .. string[] options] => RunRows(options, Versus.Run),
    ["keys", .. string[] options] => RunRows(
        options,
        (json, strict, rounds, libsrtp) => libsrtp is null ? KeysBench.Run(json, strict, rounds) : Help(Console.Error, 2)),
    ["bdn", .. string[] rest] => RunBenchmarks(rest),
    [] or ["--help" or "-h"] => Help(Console.Out, 0),
    _ => Help(Console.Error, 2),
};

static int RunRows(string[] options, Func<bool, bool, int, string?, int> run)
{
    bool json = false;
    bool strict = false;
    string? libsrtp = null;
    int rounds = 15;
    for (int i = 0; i < options.Length; i++)
    {
        switch (options[i])
        {
            case "--json":
                json = true;
                break;
            case "--strict":
                strict = true;
                break;
            case "--rounds" when i + 1 < options.Length && int.TryParse(options[i + 1], out rounds) && rounds > 0:
                i++;
                break;
            case "--libsrtp" when i + 1 < options.Length && Directory.Exists(options[i + 1]):
                libsrtp = Path.GetFullPath(options[++i]);
                break;
            default:
                return Help(Console.Error, 2);
        }
    }
    return run(json, strict, rounds, libsrtp);
}

static int RunBenchmarks(string[] arguments)
{
    // BenchmarkDotNet's own processes need a project named as the assembly is; this one's is not.
    BenchmarkSwitcher.FromAssembly(typeof(Versus).Assembly).Run(["--inProcess", .. arguments]);
    return 0;
}

static int Help(TextWriter output, int exitCode)
{
    output.WriteLine("""
        Micro-benchmarks of the media engine's cores.

        usage: dotnet run -c Release --project bench/Micro -- <command>

          versus [--json] [--strict] [--rounds N] [--libsrtp PREFIX]
                            our full SRTP path against ipsec-mb, OpenSSL EVP and libsrtp2, by small C yardsticks that
                            gcc builds on the spot, and against System.Security.Cryptography.AesGcm; interleaved
                            round by round in this process, five passes of N (15) rounds. A peer that is not
                            installed is named with its Debian package. Goals missed are listed with by how much.
                            --json prints [{measure, value, unit, peer, peerValue, ratio, goal, met}]; --strict ends
                            with exit code 1 when a goal is missed. --libsrtp takes the libsrtp 2 that was installed
                            under PREFIX, say with its OpenSSL backend, instead of the system's.
          keys [--json] [--strict] [--rounds N]
                            SAKKE, ECCSI and key derivation, in turns too: SAKKE against the same code with every field
                            multiplication done by libcrypto, ECCSI against the framework's ECDSA. Rows as above.
          bdn [options]     BenchmarkDotNet, in this process; try: bdn --list flat, bdn --filter '*Srtp*'
          --help            this text
        """);
    return exitCode;
}
