using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MediaEngine.Bench.Load;

/// <summary>What one run of SIPp came to.</summary>
/// <param name="Rate">Registrations a second that it began.</param>
internal sealed record SippResult(long Successful, long Failed, long Retransmissions, double Rate)
{
    public double Failed_percent => Math.Round(100.0 * Failed / Math.Max(1, Successful + Failed), 3);
}

/// <summary>SIPp as the clients: each registration is a REGISTER, 401, a REGISTER with MD5 digest, 200 (Debian package <c>sip-tester</c>).</summary>
internal sealed class SippRegistrations : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mediaengine-load-");
    private readonly int _port;

    /// <param name="users">That take turns.</param>
    public SippRegistrations(int users)
    {
        using (Stream scenario = typeof(SippRegistrations).Assembly.GetManifestResourceStream("register.xml")!)
        using (FileStream file = File.Create(Path("register.xml")))
            scenario.CopyTo(file);
        var rows = new StringBuilder("SEQUENTIAL\n");
        for (int i = 0; i < users; i++)
            rows.Append($"{LoadOrganisation.User(i)};[authentication username={LoadOrganisation.User(i)} password={LoadOrganisation.Password(i)}]\n");
        File.WriteAllText(Path("users.csv"), rows.ToString());
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _port = ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    /// <summary>Registers at this rate for this long, always from the same port.</summary>
    public SippResult Run(IPEndPoint server, int rate, int duration_s)
    {
        File.Delete(Path("statistics.csv"));
        const int atEnd_s = 40;
        string[] arguments =
        [
            server.ToString(), "-sf", Path("register.xml"), "-inf", Path("users.csv"), "-i", "127.0.0.1", "-p", Text(_port), "-r", Text(rate),
            "-m", Text(rate * duration_s), "-l", Text(rate * 10), "-nostdin", "-auth_uri", LoadOrganisation.Domain, "-trace_stat", "-stf", Path("statistics.csv"), "-fd", "1",
            "-buff_size", "4000000", "-timeout", Text(duration_s + atEnd_s),
        ];
        using var process = Process.Start(new ProcessStartInfo("sipp", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        string[] lines = File.Exists(Path("statistics.csv")) ? File.ReadAllLines(Path("statistics.csv")) : [];
        if (lines.Length < 2)
            throw new InvalidOperationException($"SIPp did not run: {errors}");
        string[] names = lines[0].Split(';'), values = lines[^1].Split(';');
        // The first lines cover the time in which it began registrations; the last also the waiting for stragglers.
        double[] rates = [.. lines.Skip(1).Take(duration_s).Select(line => Number(line.Split(';')[Array.IndexOf(names, "CallRate(C)")]))];
        return new SippResult(Counter("SuccessfulCall(C)"), Counter("FailedCall(C)"), Counter("Retransmissions(C)"), rates[^1]);

        long Counter(string name) => (long)Number(values[Array.IndexOf(names, name)]);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
