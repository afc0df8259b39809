using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>The message decoder of libre, in a small program that is compiled here and now (Debian package libre-dev).</summary>
internal static class Libre
{
    private static readonly Lazy<string?> s_program = new(Compile);

    /// <summary>What libre makes of each message: its fields, or null when it refuses it.</summary>
    public static string[]?[] Decode(IReadOnlyList<byte[]> messages)
    {
        if (s_program.Value is not { } program)
        {
            const string missing = "libre or gcc is missing, so NOTHING was compared with it: apt-get install libre-dev gcc libc6-dev";
            Assert.False(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase), missing);
            Assert.Skip(missing);
            return [];
        }
        using Process process = Process.Start(new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Stream input = process.StandardInput.BaseStream;
        Span<byte> length = stackalloc byte[4];
        foreach (byte[] message in messages)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, message.Length);
            input.Write(length);
            input.Write(message);
        }
        input.Close();
        string[] lines = output.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.Equal((0, messages.Count), (process.ExitCode, lines.Length));
        return [.. lines.Select(line => line == "-" ? null : line.Split(' ').Select(Field).ToArray())];
    }

    private static string Field(string text) => text[0] != '=' ? text : text == "=!" ? "!" : Encoding.Latin1.GetString(Convert.FromHexString(text.AsSpan(1)));

    private static string? Compile()
    {
        string program = Path.Combine(Directory.CreateTempSubdirectory("libre").FullName, "libre");
        string source = Path.Combine(AppContext.BaseDirectory, "Sip", "Peers", "libre.c");
        try
        {
            using Process compiler = Process.Start(new ProcessStartInfo("gcc", ["-O1", "-w", "-I/usr/include/re", "-o", program, source, "-lre"])
            {
                RedirectStandardError = true,
            })!;
            compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            return compiler.ExitCode == 0 ? program : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
