using System.Text.RegularExpressions;
using Mono.Cecil;

namespace MediaEngine.Control.Tests.Architecture;

/// <summary>Which folder of a project declares a type: read from the sources, because assemblies know no folders.</summary>
internal sealed partial class FolderMap
{
    private readonly Dictionary<string, string> _folders = [];

    public FolderMap(string project)
    {
        string root = Path.Combine(Repository.Root, project);
        foreach (string file in Repository.SourcesOf(project))
        {
            string relative = Path.GetDirectoryName(Path.GetRelativePath(root, file))!.Replace('\\', '/');
            foreach (Match match in Declaration().Matches(File.ReadAllText(file)))
                _folders.TryAdd(match.Groups["name"].Value, relative);
        }
    }

    /// <summary>The folder, empty for the project's own; types the compiler made count to the type around them.</summary>
    public string FolderOf(TypeReference type)
    {
        TypeReference outermost = type;
        while (outermost.DeclaringType is not null)
            outermost = outermost.DeclaringType;
        return _folders.GetValueOrDefault(outermost.Name.Split('`')[0], string.Empty);
    }

    [GeneratedRegex(@"\b(class|interface|enum|record struct|record|struct|delegate\s+[\w<>\[\],.? ]+?)\s+(?<name>[A-Z]\w*)", RegexOptions.CultureInvariant)]
    private static partial Regex Declaration();
}
