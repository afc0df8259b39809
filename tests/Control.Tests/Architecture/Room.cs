namespace MediaEngine.Control.Tests.Architecture;

/// <summary>One row of the table of rooms: a project, what it may refer to, and which of its folders are a core.</summary>
/// <param name="Project">Folder from the repository's root.</param>
/// <param name="MayUse">Projects it may refer to, and no others.</param>
/// <param name="IsCore">Whether the given folder of the project must be free of sockets, clocks, threads, locks and chance.</param>
internal sealed record Room(string Project, string[] MayUse, Func<string, bool> IsCore)
{
    private const string Rtp = "engine/Rtp";
    private const string Srtp = "engine/Srtp";
    private const string Keys = "engine/Keys";
    private const string Floor = "engine/Floor";
    private const string Media = "engine/Media";
    private const string Sip = "control/Sip";
    private const string Mcx = "control/Mcx";
    private const string Server = "control/Server";

    public static readonly Room[] All =
    [
        new(Rtp, [], _ => true),
        new(Srtp, [Rtp], _ => true),
        new(Keys, [Rtp, Srtp], _ => true),
        new(Floor, [Rtp], _ => true),
        new(Media, [Rtp, Srtp, Keys, Floor], folder => folder is "Plane" or "Routing"),
        new(Sip, [Rtp], folder => folder != "Transports"),
        new(Mcx, [Rtp, Sip, Floor, Keys], _ => true),
        new(Server, [Rtp, Srtp, Keys, Floor, Media, Sip, Mcx], _ => false),
        new("tools/mcx", [Rtp, Srtp, Keys, Floor, Media, Sip, Mcx, Server], _ => false),
    ];

    public string AssemblyPath
    {
        get
        {
            string name = Path.GetFileName(Project);
            return Path.Combine(AppContext.BaseDirectory, $"MediaEngine.{name}.dll");
        }
    }

    public override string ToString() => Project;
}
