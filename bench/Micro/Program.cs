using BenchmarkDotNet.Running;
using MediaEngine.Bench.Micro;

return args switch
{
    ["versus"] => Versus.Run(json: false),
    ["versus", "--json"] => Versus.Run(json: true),
    ["bdn", .. string[] rest] => RunBenchmarks(rest),
    [] or ["--help" or "-h"] => Help(Console.Out, 0),
    _ => Help(Console.Error, 2),
};

static int RunBenchmarks(string[] arguments)
{
    BenchmarkSwitcher.FromAssembly(typeof(Versus).Assembly).Run(arguments);
    return 0;
}

static int Help(TextWriter output, int exitCode)
{
    output.WriteLine("""
        Micro-benchmarks of the media engine's cores.

        usage: dotnet run -c Release --project bench/Micro -- <command>

          versus [--json]   our full SRTP path against bare System.Security.Cryptography.AesGcm doing the same
                            packet's cryptography, interleaved round by round in this process; about 10 seconds.
                            Columns: ns per packet (median of rounds), ratio (median of the rounds' ratios),
                            bytes allocated per packet. --json prints [{measure, value, unit, peer, peerValue,
                            ratio, goal, met}] for machines. Exit code 1 when a goal is missed.
          bdn [options]     BenchmarkDotNet; try: bdn --list flat, bdn --filter '*Srtp*'
          --help            this text
        """);
    return exitCode;
}
