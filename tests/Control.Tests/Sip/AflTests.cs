using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>AFL++ (Debian package afl++) over the instrumented library, for a short time; <c>tests/SipFuzz/run.sh</c> takes longer ones.</summary>
public sealed partial class AflTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _output = Directory.CreateTempSubdirectory("afl").FullName;

    public void Dispose() => Directory.Delete(_output, recursive: true);

    [Fact]
    public async Task It_finds_no_input_that_breaks_an_invariant()
    {
        (int exitCode, string said) = await RunAsync("10");
        Assert.True(exitCode == 0, said);
        Match figures = Figures().Match(said);
        // Alone on one core there are 6000 in a second.
        Assert.True(figures.Success && Number(1) > 5_000 && Number(2) > 0, said);

        int Number(int group) => int.Parse(figures.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task It_finds_a_fault_that_no_seed_shows()
    {
        string seeds = Directory.CreateDirectory(Path.Combine(_output, "own")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(seeds, "options"), SipText.Bytes(SipText.Minimal("OPTIONS", "Content-Length: 0\n\n")), TestContext.Current.CancellationToken);
        (int exitCode, string said) = await RunAsync("30", seeds, "SIPFUZZ_PLANTED_FAULT", "AFL_BENCH_UNTIL_CRASH");
        Assert.True(exitCode == 1 && said.Contains("The planted fault.", StringComparison.Ordinal), said);
    }

    /// <param name="seeds">A folder; null = the script's own.</param>
    /// <param name="variables">Set to 1 for it.</param>
    private async Task<(int ExitCode, string Said)> RunAsync(string seconds, string? seeds = null, params string[] variables)
    {
        Require();
        var start = new ProcessStartInfo(Script(), ["--no-build", "--output", _output, "--seconds", seconds])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (seeds is not null)
        {
            start.ArgumentList.Add("--seeds");
            start.ArgumentList.Add(seeds);
        }
        foreach (string variable in variables)
            start.Environment[variable] = "1";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"It did not end within {Patience}: {await output}{await errors}");
        }
        return (process.ExitCode, await output + await errors);
    }

    private static void Require()
    {
        bool installed = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "afl-fuzz")));
        bool built = File.Exists(Path.Combine(Path.GetDirectoryName(Script())!, "bin", "Release", "net10.0", "MediaEngine.SipFuzz.dll"));
        if (installed && built)
            return;
        string missing = installed
            ? "There is no Release build of tests/SipFuzz, so NOTHING was fuzzed."
            : "afl-fuzz is missing, so NOTHING was fuzzed with it: apt-get install afl++";
        Assert.False(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase), missing);
        Assert.Skip(missing);
    }

    private static string Script([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "SipFuzz", "run.sh"));

    [GeneratedRegex(@"^(\d+) runs in \d+ s, \d+ ways, (\d+) inputs that reach more, 0 crashes, 0 hangs", RegexOptions.Multiline)]
    private static partial Regex Figures();
}
