using System.Diagnostics;

namespace MediaEngine.Interop.Tests;

/// <summary>The protocol analyser, as an oracle that knows nothing of this project.</summary>
internal static class Tshark
{
    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "tshark")));

    /// <summary>Runs with these arguments; the lines of its output, one per packet with <c>-T fields</c>.</summary>
    public static string[] Run(params string[] arguments)
    {
        Assert.SkipUnless(IsInstalled, "tshark is not installed");
        var start = new ProcessStartInfo("tshark") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"tshark failed: {errors.Result}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
