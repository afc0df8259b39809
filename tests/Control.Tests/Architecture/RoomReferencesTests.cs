using System.Xml.Linq;
using Mono.Cecil;

namespace MediaEngine.Control.Tests.Architecture;

/// <summary>The arrows between rooms are those of docs/architecture.md and no others.</summary>
public class RoomReferencesTests
{
    public static TheoryData<string> Projects => new(Room.All.Select(room => room.Project));

    /// <summary>The tool's assembly is not in this test's output; its project file is checked.</summary>
    public static TheoryData<string> Assemblies => new(Room.All.Where(room => room.Project != "tools/mcx").Select(room => room.Project));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_file_refers_to_permitted_rooms_only(string project)
    {
        Room room = Room.All.Single(candidate => candidate.Project == project);
        string folder = Path.Combine(Repository.Root, project);
        string file = Directory.EnumerateFiles(folder, "*.csproj").Single();
        string[] references = [.. XDocument.Load(file).Descendants("ProjectReference")
            .Select(reference => Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(folder, Path.GetDirectoryName(reference.Attribute("Include")!.Value)!))).Replace('\\', '/'))];

        Assert.Empty(references.Except(room.MayUse));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void An_assembly_refers_to_permitted_rooms_only(string project)
    {
        Room room = Room.All.Single(candidate => candidate.Project == project);
        using var assembly = AssemblyDefinition.ReadAssembly(room.AssemblyPath);
        string[] permitted = [.. room.MayUse.Select(other => $"MediaEngine.{Path.GetFileName(other)}")];

        string[] used = [.. assembly.MainModule.AssemblyReferences.Select(reference => reference.Name)
            .Where(name => name.StartsWith("MediaEngine.", StringComparison.Ordinal))];

        Assert.Empty(used.Except(permitted));
    }

    [Fact]
    public void Every_product_project_has_a_row()
    {
        string[] folders = [.. new[] { "engine", "control", "tools" }
            .SelectMany(top => Directory.EnumerateFiles(Path.Combine(Repository.Root, top), "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!).Replace('\\', '/'))];

        Assert.Equal(folders.Order(), Room.All.Select(room => room.Project).Order());
    }
}
