using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using MediaEngine.Server;

namespace MediaEngine.Bench.Load;

/// <summary>The real server program with an organisation of ours, as a process of its own.</summary>
internal sealed class ServerUnderTest : IDisposable
{
    private const int Time_chars = 24;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mediaengine-load-");
    private readonly Process _process;
    private readonly Thread[] _logs;
    private readonly HttpClient _operator;
    private readonly TaskCompletionSource _ready = new();
    private readonly Dictionary<string, int> _lines = [];

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="limits">The flow mapping of <c>sip.limits</c>.</param>
    public ServerUnderTest(string organisation, string? limits = null)
    {
        SecretFile.Write(Path("organisation.yaml"), organisation);
        SecretFile.Write(Path("server.yaml"), $"""
            domain: {LoadOrganisation.Domain}
            sip:
              udp: 127.0.0.1:0
              tcp: 127.0.0.1:0
              {(limits is null ? "" : $"limits: {limits}")}
            media: {"{address: 127.0.0.1}"}
            store: store.db
            operator: {"{socket: operator.sock}"}
            organisation: organisation.yaml
            """);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [System.IO.Path.Combine(AppContext.BaseDirectory, "MediaEngine.Server.dll"), "--config", Path("server.yaml")])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.Start();
        _logs = [.. ((StreamReader[])[_process.StandardOutput, _process.StandardError]).Select(
            log => new Thread(() => Read(log.BaseStream)) { IsBackground = true, Name = "server log" })];
        Array.ForEach(_logs, log => log.Start());
        _operator = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = new Uri("http://server") };
        if (Task.WaitAny([_ready.Task, _process.WaitForExitAsync()], Patience) != 0)
            throw new InvalidOperationException($"The server did not start: {string.Join('\n', Errors)}");
    }

    public int Id => _process.Id;

    /// <summary>Where it takes SIP over UDP.</summary>
    public IPEndPoint Udp { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>Where it takes SIP over TCP.</summary>
    public IPEndPoint Tcp { get; private set; } = new(IPAddress.Loopback, 0);

    public double Resident_MiB => ProcessUsage.Resident_MiB(Id);

    /// <summary>How often it logged that event.</summary>
    public int Logged(string name)
    {
        lock (_lines)
            return _lines.GetValueOrDefault(name);
    }

    /// <summary>One counter of the operator's health page.</summary>
    public async Task<long> HealthAsync(string section, string counter)
    {
        using JsonDocument health = JsonDocument.Parse(await _operator.GetStringAsync(new Uri("/v1/health", UriKind.Relative)));
        return health.RootElement.GetProperty(section).GetProperty(counter).GetInt64();
    }

    public void Dispose()
    {
        _operator.Dispose();
        _process.Kill();
        _process.WaitForExit();
        Array.ForEach(_logs, log => log.Join());
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private List<string> Errors { get; } = [];

    private string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path("operator.sock")), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    // Beside what is measured, so cheap: thousands of lines a second are counted, not made strings of.
    private void Read(Stream log)
    {
        byte[] buffer = new byte[65536];
        int held = 0;
        for (int read; (read = log.Read(buffer, held, buffer.Length - held)) > 0;)
        {
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, held + read);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
                Took(rest[..end]);
            // What is longer than the buffer is no line of ours.
            held = rest.Length == buffer.Length ? 0 : rest.Length;
            rest[..held].CopyTo(buffer);
        }
    }

    // "2026-01-31T12:00:00.000Z registered sip:…", "… WARNING request-refused …"
    private void Took(ReadOnlySpan<byte> line)
    {
        const int longestName = 64;
        int nameAt = line.IndexOf("Z "u8) + 2;
        ReadOnlySpan<byte> name = line[nameAt..];
        name = name.IndexOf((byte)' ') is >= 0 and var end ? name[..end] : name;
        if (nameAt < Time_chars || name.Length > longestName || name is [] or [>= (byte)'A' and <= (byte)'Z', ..])
        {
            Took(Encoding.UTF8.GetString(line));
            return;
        }
        Span<char> text = stackalloc char[longestName];
        Count(text[..Encoding.ASCII.GetChars(name, text)]);
    }

    // "  SIP over UDP    127.0.0.1:5060", "2026-01-31T12:00:00.000Z WARNING request-refused …"
    private void Took(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["SIP", "over", "UDP", var endPoint, ..]:
                Udp = IPEndPoint.Parse(endPoint);
                break;
            case ["SIP", "over", "TCP", var endPoint, ..]:
                Tcp = IPEndPoint.Parse(endPoint);
                break;
            case ["Ready.", ..]:
                _ready.TrySetResult();
                break;
            case [_, "WARNING" or "ERROR" or "CRITICAL", var name, ..]:
                Count(name);
                Remember(line);
                break;
            default:
                Remember(line);
                break;
        }
    }

    private void Count(ReadOnlySpan<char> name)
    {
        lock (_lines)
            CollectionsMarshal.GetValueRefOrAddDefault(_lines.GetAlternateLookup<ReadOnlySpan<char>>(), name, out _)++;
    }

    private void Remember(string line)
    {
        const int some = 20;
        lock (_lines)
        {
            if (Errors.Count < some)
                Errors.Add(line);
        }
    }
}
