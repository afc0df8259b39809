using System.CommandLine;

namespace MediaEngine.Tool;

/// <summary><c>mcx key derive</c> and <c>mcx key inspect</c>.</summary>
internal static class KeyCommand
{
    public static Command Create() => new("key", "Work on MCX keys and the messages that deliver them (TS 33.180).")
    {
        KeyDeriveCommand.Create(),
        KeyInspectCommand.Create(),
    };
}
