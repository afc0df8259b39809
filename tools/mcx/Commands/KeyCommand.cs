using System.CommandLine;

namespace MediaEngine.Tool;

/// <summary><c>mcx key</c>.</summary>
internal static class KeyCommand
{
    public static Command Create() => new("key", "Work on the keys of groups (TS 33.180 5.7).") { KeyRotateCommand.Create() };
}
