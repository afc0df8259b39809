using System.Runtime.CompilerServices;
using System.Text;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>
/// A (state × event) matrix as text, held against the checked-in one. To accept a change on purpose, run the test with
/// MEDIAENGINE_UPDATE_GOLDEN=1 and read the difference.
/// </summary>
internal static class FloorMatrix
{
    public static string Print(
        string title,
        IReadOnlyList<string> states,
        IReadOnlyList<string> events,
        Func<string, string, (string Next, string Effects)> cell)
    {
        var text = new StringBuilder(title).Append('\n');
        int eventWidth = events.Max(name => name.Length);
        foreach (string state in states)
        {
            var rows = events.Select(name => (Event: name, Cell: cell(state, name))).ToList();
            int nextWidth = rows.Max(row => row.Cell.Next.Length);
            text.Append('\n').Append(state).Append('\n');
            foreach ((string name, (string next, string effects)) in rows)
                text.Append("  ").Append(name.PadRight(eventWidth)).Append("  ").Append(next.PadRight(nextWidth)).Append("  ")
                    .Append(effects).Append('\n');
        }
        return text.ToString();
    }

    public static void AssertGolden(string name, string actual, [CallerFilePath] string here = "")
    {
        string path = Path.Combine(Path.GetDirectoryName(here)!, name + ".golden.txt");
        if (Environment.GetEnvironmentVariable("MEDIAENGINE_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"{path} is missing.");
        string[] expected = File.ReadAllText(path).ReplaceLineEndings("\n").Split('\n');
        string[] lines = actual.Split('\n');
        for (int i = 0; i < Math.Max(expected.Length, lines.Length); i++)
        {
            string want = i < expected.Length ? expected[i] : "(end)";
            string got = i < lines.Length ? lines[i] : "(end)";
            Assert.True(want == got, $"{name}.golden.txt line {i + 1}\n  is      {want}\n  but now {got}");
        }
    }
}
