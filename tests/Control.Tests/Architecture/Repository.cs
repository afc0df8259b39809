using System.Runtime.CompilerServices;

namespace MediaEngine.Control.Tests.Architecture;

/// <summary>Where the sources are, seen from this file.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", ".."));

    public static IEnumerable<string> SourcesOf(string project) =>
        Directory.EnumerateFiles(Path.Combine(Root, project), "*.cs", SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(Path.Combine(Root, project), path).Split(Path.DirectorySeparatorChar)[0].Equals("obj", StringComparison.Ordinal)
                && !Path.GetRelativePath(Path.Combine(Root, project), path).Split(Path.DirectorySeparatorChar)[0].Equals("bin", StringComparison.Ordinal));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
