using System.Diagnostics;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>
/// The cipher of processors with fewer instructions than this one carries the room: its tests in another process, in which
/// the runtime does not use those instructions.
/// </summary>
public sealed class WeakerProcessorTests
{
    private static readonly Type[] Suites =
    [
        typeof(PacketCipherTests), typeof(GcmDifferentialTests), typeof(CounterCipherTests), typeof(Rfc7714Tests),
        typeof(LibsrtpVectorTests), typeof(SrtpSenderTests), typeof(SrtpReceiverTests), typeof(SrtpBatchTests),
    ];

    [Theory]
    [InlineData("DOTNET_EnableAVX512", SrtpCipherKind.Instructions256)]
    [InlineData("DOTNET_EnableAVX2", SrtpCipherKind.Instructions128)]
    [InlineData("DOTNET_EnableHWIntrinsic", SrtpCipherKind.Framework)]
    public void TheNextCipherPassesWithoutTheWidersInstructions(string setting, SrtpCipherKind expected)
    {
        if (CipherChoice.Kernels.Any(kernel => kernel.Kind == expected && !kernel.IsSupported))
            Assert.Skip($"This processor lacks the instructions: {expected} was NOT tested.");
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList = { typeof(WeakerProcessorTests).Assembly.Location, "-noColor" },
            Environment = { [setting] = "0" },
        };
        foreach (Type suite in Suites)
        {
            start.ArgumentList.Add("-class");
            start.ArgumentList.Add(suite.FullName!);
        }
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        foreach (Candidate kernel in CipherChoice.Kernels)
            Assert.Equal(kernel.Kind > expected, output.Contains($"{kernel.Kind} was NOT tested", StringComparison.Ordinal));
    }
}
