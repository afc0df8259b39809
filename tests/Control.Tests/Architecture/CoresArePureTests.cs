using Mono.Cecil;

namespace MediaEngine.Control.Tests.Architecture;

/// <summary>A core is a function of its inputs: no socket, clock, thread, task, lock, logger, chance, file or console in it.</summary>
public class CoresArePureTests
{
    private static readonly string[] BannedTypes =
    [
        "System.Net.Sockets.",
        "System.Threading.Thread",
        "System.Threading.Tasks.",
        "System.Threading.Timer",
        "System.Threading.Lock",
        "System.Threading.Monitor",
        "System.Threading.Mutex",
        "System.Threading.Semaphore",
        "System.Threading.Channels.",
        "System.TimeProvider",
        "System.Diagnostics.Stopwatch",
        "System.Random",
        "System.Security.Cryptography.RandomNumberGenerator",
        "System.IO.File",
        "System.IO.Directory",
        "System.Console",
        "Microsoft.Extensions.Logging.",
    ];

    private static readonly string[] BannedMembers =
    [
        "System.DateTime::get_Now",
        "System.DateTime::get_UtcNow",
        "System.DateTimeOffset::get_Now",
        "System.DateTimeOffset::get_UtcNow",
        "System.Environment::get_TickCount",
        "System.Environment::get_TickCount64",
        "System.Guid::NewGuid",
    ];

    public static TheoryData<string> Rooms => new(Room.All.Where(room => room.Project is not ("control/Server" or "tools/mcx")).Select(room => room.Project));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_core_calls_nothing_that_makes_it_impure(string project)
    {
        Room room = Room.All.Single(candidate => candidate.Project == project);
        using var module = ModuleDefinition.ReadModule(room.AssemblyPath);
        var folders = new FolderMap(project);

        var offences = new List<string>();
        foreach (TypeDefinition type in module.GetTypes().Where(type => room.IsCore(folders.FolderOf(type))))
        {
            foreach (string used in Members.UsedBy(type).Where(IsBanned))
                offences.Add($"{type.FullName} uses {used}");
        }

        Assert.Empty(offences);
    }

    [Fact]
    public void The_check_finds_a_clock_where_there_is_one()
    {
        using var module = ModuleDefinition.ReadModule(typeof(CoresArePureTests).Assembly.Location);
        TypeDefinition offender = module.GetType(typeof(Impure).FullName!.Replace('+', '/'));

        Assert.Contains(Members.UsedBy(offender), IsBanned);
    }

    private static bool IsBanned(string member) =>
        Array.Exists(BannedTypes, banned => member.StartsWith(banned, StringComparison.Ordinal) && !member.StartsWith("System.Threading.ThreadStatic", StringComparison.Ordinal))
        || BannedMembers.Contains(member);

    private static class Impure
    {
        public static DateTime Now() => DateTime.UtcNow;
    }
}
