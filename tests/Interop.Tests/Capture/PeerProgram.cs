using System.Diagnostics;

namespace MediaEngine.Interop.Tests;

/// <summary>A program of the system that knows nothing of this project, run to its end within a time limit.</summary>
internal static class PeerProgram
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    /// <summary>Skips the test when the program is missing; in CI, where every peer must be there, fails it.</summary>
    public static void Require(string program, string debianPackage)
    {
        bool installed = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
        Require(installed, program, debianPackage);
    }

    /// <summary>Skips the test, or in CI fails it, when what the check found missing is missing.</summary>
    public static void Require(bool present, string what, string debianPackage)
    {
        if (present)
            return;
        string missing = $"{what} is missing, so NOTHING was compared with it: apt-get install {debianPackage}";
        Assert.False(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase), missing);
        Assert.Skip(missing);
    }

    /// <summary>Its output; fails the test with what it said when it ends otherwise than with 0, or not in time.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments)
    {
        (int exitCode, string output, string errors) = await TryRunAsync(program, arguments);
        Assert.True(exitCode == 0, $"{program} ended with {exitCode}: {errors}{output}");
        return output;
    }

    /// <summary>How it ended and what it said; fails the test when it does not end in time.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> TryRunAsync(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} did not end within {TimeLimit.TotalSeconds} s: {await errors}");
        }
        return (process.ExitCode, await output, await errors);
    }
}
