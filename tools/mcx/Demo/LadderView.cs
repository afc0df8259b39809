using System.Text;

namespace MediaEngine.Tool;

/// <summary>Prints messages between parties as the arrows of a ladder diagram, and keeps them for <c>ladder.txt</c>.</summary>
public sealed class LadderView(IReadOnlyList<string> parties, TextWriter output)
{
    private const int Column_chars = 12;

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private readonly List<LadderLine> _lines = [];

    /// <summary>Everything printed so far.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
                return _text.ToString();
        }
    }

    /// <summary>The messages so far, in the order in which a client sent or received them.</summary>
    public IReadOnlyList<LadderLine> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    /// <summary>A numbered step with the parties' names under it.</summary>
    public void Step(string title)
    {
        lock (_lock)
        {
            Print(string.Empty);
            Print(title);
            Print(string.Concat(parties.Select(party => Center(party))).TrimEnd());
        }
    }

    public void Message(string from, string to, string what)
    {
        lock (_lock)
        {
            _lines.Add(new LadderLine(from, to, what));
            Print($"{Arrow(IndexOf(from), IndexOf(to))}  {what}");
        }
    }

    /// <summary>A remark between the arrows.</summary>
    public void Note(string text)
    {
        lock (_lock)
            Print($"{Rails()}  · {text}");
    }

    private int IndexOf(string party)
    {
        for (int i = 0; i < parties.Count; i++)
        {
            if (parties[i] == party)
                return i;
        }
        throw new ArgumentException($"{party} is not in the ladder.", nameof(party));
    }

    private string Rails() => new(RailRow());

    private char[] RailRow()
    {
        char[] row = new string(' ', parties.Count * Column_chars).ToCharArray();
        for (int i = 0; i < parties.Count; i++)
            row[Rail(i)] = '|';
        return row;
    }

    private string Arrow(int from, int to)
    {
        char[] row = RailRow();
        int left = Rail(Math.Min(from, to)), right = Rail(Math.Max(from, to));
        for (int i = left + 1; i < right; i++)
            row[i] = '-';
        if (to > from)
            row[right - 1] = '>';
        else
            row[left + 1] = '<';
        return new string(row);
    }

    private static int Rail(int party) => party * Column_chars + Column_chars / 2;

    private static string Center(string name)
    {
        int left = (Column_chars - name.Length) / 2;
        return (new string(' ', Math.Max(0, left + 1)) + name).PadRight(Column_chars);
    }

    private void Print(string line)
    {
        _text.Append(line).Append('\n');
        output.WriteLine(line);
    }
}
