using MediaEngine.Bench.Load;

return args switch
{
    ["floor", .. string[] options] => Run(options, FloorBench.Run),
    ["keys", .. string[] options] when !options.Contains("--strict") => Run(options, KeysBench.Run),
    ["sip", .. string[] options] => CommonOptions.Parse<SipLoadOptions>(options) is { } sip ? await SipBench.RunAsync(sip) : Help(Console.Error, 2),
    [] or ["--help" or "-h"] => Help(Console.Out, 0),
    _ => Help(Console.Error, 2),
};

static int Run(string[] arguments, Func<LoadOptions, int> bench) =>
    CommonOptions.Parse<LoadOptions>(arguments) is { } options ? bench(options) : Help(Console.Error, 2);

static int Help(TextWriter output, int exitCode)
{
    output.WriteLine("""
        Load benchmarks of floor control, key distribution and SIP, in this process and on loopback.

        usage: dotnet run -c Release --project bench/Load -- <command>

          floor [--json] [--strict] [--calls N] [--seconds S]
                            every message read and written; floor events of one core; request to grant inside a shard of
                            N/10, N (1000) and 10 N calls; request to grant over UDP and SRTCP with N calls up, for S (10)
                            seconds, as a histogram; what a floor cycle costs there with N/10, N and 10 N
          keys  [--json] [--calls N] [--seconds S] [--turns T] [--members M] [--background B]
                            key messages for a group of M (1000) members, made by two threads while the floor cycles of
                            N calls run; request to grant without and with it, T (5) times S seconds each in turn. The
                            threads are run as B says: idle (SCHED_IDLE, unless said), nice (19) or normal
          sip   [--json] [--strict] [--only M] [--rate R] [--seconds S] [--bindings N] [--dialogs N] [--members N] [--settle W]
                            the server program under SIP over UDP and TCP. M is one of registrations (the most a second, and
                            S (30) seconds at R or at that, beside Kamailio), bindings (100000 users registered), dialogs
                            (20000 of group calls) and fan-out (a regroup of 10000 clients); all unless said. After bindings
                            memory is read when W (90) seconds have passed; dialogs wait as long for transactions to end
          --help            this text

        --json prints [{measure, value, unit, peer, peerValue, ratio, goal, met}]; --strict ends with exit code 1 when a goal
        is missed.
        """);
    return exitCode;
}
