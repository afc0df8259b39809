using System.Globalization;
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
    /// <summary>What a cell says of a message that has no action in this state.</summary>
    public const string NotSpecified = "ignored";

    /// <summary>What a cell says of a timer that does not run in this state.</summary>
    public const string NotRunning = "(timer not running)";

    /// <param name="title">What the machine is, who takes part, and the clause that lets it ignore.</param>
    /// <param name="states">Each with its clause, which is printed behind it.</param>
    /// <param name="events">What may happen in every state.</param>
    /// <param name="cell">Brings a fresh machine into the state and lets the event happen.</param>
    public static string Print(
        string title,
        IReadOnlyList<(string Name, string Clause)> states,
        IReadOnlyList<string> events,
        Func<string, string, (string Next, string Effects)> cell)
    {
        var text = new StringBuilder(title).Append('\n');
        int eventWidth = events.Max(name => name.Length);
        int[] count = new int[3];
        foreach ((string state, string clause) in states)
        {
            var rows = events.Select(name => (Event: name, Cell: cell(state, name))).ToList();
            int nextWidth = rows.Max(row => row.Cell.Next.Length);
            text.Append('\n').Append(state).Append(" (").Append(clause).Append(")\n");
            foreach ((string name, (string next, string effects)) in rows)
            {
                count[effects.StartsWith(NotSpecified, StringComparison.Ordinal) ? 1 : effects[0] == '(' ? 2 : 0]++;
                text.Append("  ").Append(name.PadRight(eventWidth)).Append("  ").Append(next.PadRight(nextWidth)).Append("  ")
                    .Append(effects).Append('\n');
            }
        }
        text.Append(CultureInfo.InvariantCulture,
            $"\n{states.Count} states x {events.Count} events: {count[0]} handled, {count[1]} ignored, {count[2]} cannot happen\n");
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
