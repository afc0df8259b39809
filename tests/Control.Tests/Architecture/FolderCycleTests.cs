using Mono.Cecil;
using Mono.Cecil.Cil;

namespace MediaEngine.Control.Tests.Architecture;

/// <summary>Inside a room the folders form layers: no two use each other, directly or around a corner.</summary>
public class FolderCycleTests
{
    public static TheoryData<string> Rooms => new(Room.All.Where(room => room.Project != "tools/mcx").Select(room => room.Project));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void The_folders_of_a_project_have_no_import_cycle(string project)
    {
        Room room = Room.All.Single(candidate => candidate.Project == project);
        using var module = ModuleDefinition.ReadModule(room.AssemblyPath);
        var folders = new FolderMap(project);
        var arrows = new Dictionary<string, HashSet<string>>();
        foreach (TypeDefinition type in module.GetTypes().Where(IsWritten))
        {
            string from = folders.FolderOf(type);
            foreach (TypeReference used in TypesUsedBy(type).Where(used => used.Scope == module && IsWritten(used)))
            {
                string to = folders.FolderOf(used);
                if (to != from)
                {
                    if (!arrows.TryGetValue(from, out HashSet<string>? targets))
                        arrows[from] = targets = [];
                    targets.Add(to);
                }
            }
        }

        Assert.Null(FindCycle(arrows));
    }

    [Fact]
    public void A_cycle_around_a_corner_is_found()
    {
        var arrows = new Dictionary<string, HashSet<string>> { ["A"] = ["B"], ["B"] = ["C"], ["C"] = ["A"] };

        Assert.NotNull(FindCycle(arrows));
    }

    private static string? FindCycle(Dictionary<string, HashSet<string>> arrows)
    {
        var done = new HashSet<string>();
        var path = new List<string>();
        foreach (string start in arrows.Keys)
        {
            if (Visit(start) is { } cycle)
                return cycle;
        }
        return null;

        string? Visit(string folder)
        {
            if (path.Contains(folder))
                return string.Join(" -> ", path.SkipWhile(step => step != folder).Append(folder));
            if (!done.Add(folder))
                return null;
            path.Add(folder);
            foreach (string next in arrows.GetValueOrDefault(folder, []))
            {
                if (Visit(next) is { } cycle)
                    return cycle;
            }
            path.RemoveAt(path.Count - 1);
            return null;
        }
    }

    // The compiler's own helpers (<PrivateImplementationDetails>) are in no folder.
    private static bool IsWritten(TypeReference type) =>
        !type.IsGenericParameter && (type.DeclaringType is null ? !type.Name.StartsWith('<') : IsWritten(type.DeclaringType));

    private static IEnumerable<TypeReference> TypesUsedBy(TypeDefinition type)
    {
        IEnumerable<TypeReference?> direct = type.Fields.Select(field => field.FieldType)
            .Concat(type.Interfaces.Select(implemented => implemented.InterfaceType))
            .Append(type.BaseType!)
            .Concat(type.Methods.SelectMany(method => method.Parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType)))
            .Concat(type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions.SelectMany(TypesIn)));
        return direct.Where(used => used is not null).SelectMany(used => Unfold(used!));
    }

    private static IEnumerable<TypeReference?> TypesIn(Instruction instruction) => instruction.Operand switch
    {
        MethodReference method => [method.DeclaringType, method.ReturnType],
        FieldReference field => [field.DeclaringType, field.FieldType],
        TypeReference used => [used],
        _ => [],
    };

    private static IEnumerable<TypeReference> Unfold(TypeReference type)
    {
        yield return type.GetElementType();
        if (type is GenericInstanceType generic)
        {
            foreach (TypeReference argument in generic.GenericArguments.SelectMany(Unfold))
                yield return argument;
        }
    }
}
