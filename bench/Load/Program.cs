using MediaEngine.Bench.Load;

return args switch
{
    ["floor", .. string[] options] => Run(options, FloorBench.Run),
    ["keys", .. string[] options] when !options.Contains("--strict") => Run(options, KeysBench.Run),
    ["sip", .. string[] options] => SipLoadOptions.Parse(options) is { } sip ? await SipBench.RunAsync(sip) : Help(Console.Error, 2),
    [] or ["--help" or "-h"] => Help(Console.Out, 0),
    _ => Help(Console.Error, 2),
};

static int Run(string[] arguments, Func<LoadOptions, int> bench) =>
    LoadOptions.Parse(arguments) is { } options ? bench(options) : Help(Console.Error, 2);

static int Help(TextWriter output, int exitCode)
{
    output.WriteLine("""
        Load benchmarks of floor control and key distribution, in this process and on loopback.

        usage: dotnet run -c Release --project bench/Load -- <command>

          floor [--json] [--strict] [--calls N] [--seconds S]
                            every message read and written; floor events of one core; request to grant inside a shard of
                            N/10, N (1000) and 10 N calls; request to grant over UDP and SRTCP with N calls up, for S (10)
                            seconds, as a histogram
          keys  [--json] [--calls N] [--seconds S] [--turns T] [--members M] [--background B]
                            key messages for a group of M (1000) members, made by two threads while the floor cycles of
                            N calls run; request to grant without and with it, T (5) times S seconds each in turn. The
                            threads are run as B says: idle (SCHED_IDLE, unless said), nice (19) or normal
          --help            this text

        --json prints [{measure, value, unit, peer, peerValue, ratio, goal, met}]; --strict ends with exit code 1 when a goal
        is missed.
        """);
    return exitCode;
}
