namespace MediaEngine.Interop.Tests;

/// <summary>One arrow of <c>ladder.txt</c>; one of its ends is always the server.</summary>
public sealed record LadderArrow(string Client, bool Sent, string Message)
{
    public bool IsMedia => Message.StartsWith("SRTP media", StringComparison.Ordinal);

    public bool IsFloor => Message.StartsWith("Floor ", StringComparison.Ordinal);

    public bool IsSubchannelControl => Message.Contains(" Group To Bearer ", StringComparison.Ordinal);

    public bool IsSip => !IsMedia && !IsFloor && !IsSubchannelControl;

    /// <summary>REGISTER, also of a response to one.</summary>
    public string Method => IsResponse ? Message[(Message.IndexOf('(', StringComparison.Ordinal) + 1)..].Split(')')[0] : Message.Split(' ')[0];

    public bool IsResponse => char.IsAsciiDigit(Message[0]);

    public override string ToString() => $"{(Sent ? "→" : "←")} {Message}";

    /// <summary>The arrows in the file's order; the line with the parties' names says where their rails are.</summary>
    public static IReadOnlyList<LadderArrow> ReadAll(string path)
    {
        var arrows = new List<LadderArrow>();
        string[] parties = [];
        foreach (string line in File.ReadLines(path))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Contains("server") && words.Contains("dave"))
                parties = words;
            else if (line.StartsWith("      |", StringComparison.Ordinal) && !line.Contains('·', StringComparison.Ordinal))
                arrows.Add(Read(line, parties));
        }
        return arrows;
    }

    private static LadderArrow Read(string line, string[] parties)
    {
        const string Ink = "|-<>";
        int drawingEnd = line.TakeWhile(letter => letter == ' ' || Ink.Contains(letter, StringComparison.Ordinal)).Count();
        string drawing = line[..drawingEnd];
        int first = drawing.IndexOfAny(['-', '<']), last = drawing.LastIndexOfAny(['-', '>']);
        // An arrow that passes over parties has no rails between its ends.
        int left = drawing[..first].Count(letter => letter == '|') - 1;
        int right = parties.Length - drawing[(last + 1)..].Count(letter => letter == '|');
        bool rightwards = drawing.Contains('>', StringComparison.Ordinal);
        string from = parties[rightwards ? left : right], to = parties[rightwards ? right : left];
        Assert.True(from == "server" ^ to == "server", $"neither or both ends are the server: {line}");
        return new LadderArrow(from == "server" ? to : from, to == "server", line[drawingEnd..]);
    }
}
