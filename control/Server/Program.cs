using System.CommandLine;
using System.Runtime.InteropServices;
using MediaEngine.Mcx;
using MediaEngine.Media;
using MediaEngine.Server;
using MediaEngine.Sip;
using Microsoft.Extensions.Logging;

const int exitFault = 1;
const int exitConfiguration = 2;

var config = new Option<FileInfo?>("--config") { Description = "The configuration file (YAML). Without it the server makes and uses ./mediaengine-data." };
var log = new Option<string>("--log") { Description = "Log lines as text or json.", DefaultValueFactory = _ => "text" };
log.AcceptOnlyFromAmong("text", "json");
var root = new RootCommand(
    """
    MediaEngine server: SIP, floor control and SRTP media of one MC system.

    Examples:
      Server                               start on loopback with a generated organisation in ./mediaengine-data
      Server --config /etc/mediaengine.yaml --log json

    Exit codes: 0 stopped by a signal, 1 a fault, 2 a configuration that cannot be used.
    """)
{
    config,
    log,
};
root.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(config)?.FullName, parsed.GetValue(log) == "json"));
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);

static async Task<int> RunAsync(string? configPath, bool jsonLog)
{
    try
    {
        using ILoggerFactory loggers = LoggerFactory.Create(builder =>
        {
            if (jsonLog)
                builder.AddJsonConsole(options => { options.UseUtcTimestamp = true; options.TimestampFormat = "O"; });
            else
                builder.AddProvider(new OperatorLog(new StreamWriter(Console.OpenStandardOutput())));
        });
        string path = configPath ?? DataFolder.Prepare(DataFolder.DefaultName);
        ServerConfiguration configuration = ServerConfiguration.Load(path);
        Organisation organisation = OrganisationFile.Load(configuration.OrganisationPath, configuration.Domain);
        await using var server = new McServer(configuration, organisation, loggers);
        using var idleCollection = new IdleCollection(() => server.MediaCounters.Legs > 0);
        server.Start();
        Announce(path, configPath is null, configuration, organisation, server);

        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await stopped.Task.ConfigureAwait(false);
        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stopped.TrySetResult();
        }
    }
    catch (Exception e) when (e is ConfigurationException or SipBindException or MediaBindException or KmsBindException or OperatorBindException)
    {
        await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
        return e is ConfigurationException ? exitConfiguration : exitFault;
    }
}

static void Announce(string path, bool isEmbedded, ServerConfiguration configuration, Organisation organisation, McServer server)
{
    Console.WriteLine($"MediaEngine: MC system {configuration.Domain}, {organisation.Users.Count} users, {organisation.Groups.Count} groups");
    foreach (SipListen listener in server.SipListeners)
        Console.WriteLine($"  SIP over {listener.Transport.ViaName(),-6} {listener.EndPoint}{(listener.RequirePeerCertificate ? " (partners)" : string.Empty)}");
    Console.WriteLine($"  audio (SRTP)    {server.MediaEndpoints.Audio}");
    Console.WriteLine($"  floor (SRTCP)   {server.MediaEndpoints.Floor}");
    if (server.KmsUrl is { } kms)
        Console.WriteLine($"  KMS (HTTPS)     {kms.Authority}");
    if (configuration.Multicast is { } multicast)
        Console.WriteLine($"  multicast       {multicast.First} and {multicast.Count - 1} more, ports {multicast.MediaPort} and {multicast.FloorPort}, by {configuration.MulticastInterface}; general purpose {multicast.GeneralPurpose}");
    if (configuration.OperatorSocketPath is { } operatorSocket)
        Console.WriteLine($"  operator (HTTP) {operatorSocket}");
    Console.WriteLine($"  configuration   {Path.GetFullPath(path)}");
    Console.WriteLine($"  organisation    {configuration.OrganisationPath}");
    Console.WriteLine($"  store           {configuration.StorePath}");
    if (isEmbedded)
        Console.WriteLine($"  client profiles {Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, DataFolder.ClientsName)}");
    Console.WriteLine("Ready. Ctrl-C stops the server.");
}
