namespace MediaEngine.Tool;

/// <summary>What a command may do with a terminal (ECMA-48), and whether it has one.</summary>
internal static class Terminal
{
    public const string EraseLine = "\r\u001b[K";

    /// <summary>Standard output, a terminal, and not one that only prints.</summary>
    public static bool Is(TextWriter output) =>
        ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected &&
        Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>To the beginning of the line so many lines up, and erases from there.</summary>
    public static string Up(int lines) => lines == 0 ? "\r\u001b[J" : $"\u001b[{lines}F\u001b[J";

    /// <summary>Bold, unless NO_COLOR asks for plain text (no-color.org).</summary>
    public static string Bold(string text) =>
        Environment.GetEnvironmentVariable("NO_COLOR") is null or "" ? $"\u001b[1m{text}\u001b[0m" : text;

    /// <summary>Text from a network, without what steers a terminal.</summary>
    public static string Plain(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;
}
