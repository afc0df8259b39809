namespace MediaEngine.Interop.Tests;

/// <summary>The protocol analyser, as an oracle that knows nothing of this project.</summary>
internal static class Tshark
{
    /// <summary>Runs with these arguments; the lines of its output, one per packet with <c>-T fields</c>.</summary>
    public static string[] Run(params string[] arguments)
    {
        PeerProgram.Require("tshark", "tshark");
        string output = PeerProgram.RunAsync("tshark", arguments).GetAwaiter().GetResult();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
