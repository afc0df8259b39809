using System.Collections;
using MediaEngine.Mcx;

namespace MediaEngine.Server;

/// <summary>An event of the MC system as loggers take it: one text, or its parts.</summary>
internal readonly struct LoggedEvent(McxEvent happened) : IReadOnlyList<KeyValuePair<string, object?>>
{
    /// <summary>The text.</summary>
    public static readonly Func<LoggedEvent, Exception?, string> Format = static (logged, _) => logged.ToString();

    public int Count => 4;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("Event", happened.Name),
        1 => new("Subject", happened.Subject),
        2 => new("Detail", happened.Detail),
        3 => new("{OriginalFormat}", "{Event} {Subject}: {Detail}"),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"{happened.Name} {happened.Subject}: {happened.Detail}";
}
