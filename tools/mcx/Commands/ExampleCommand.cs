using System.CommandLine;

namespace MediaEngine.Tool;

/// <summary>A command whose help ends with an example line and the exit codes.</summary>
internal sealed class ExampleCommand(string name, string description, string example) : Command(name, description)
{
    public string Example { get; } = example;
}
