using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MediaEngine.Bench.Load;

/// <summary>Kamailio as a registrar with its bindings in memory and the same users (Debian package <c>kamailio</c>).</summary>
internal sealed class KamailioPeer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mediaengine-load-");
    private readonly Process _process;

    /// <param name="workers">Processes that receive.</param>
    public KamailioPeer(int workers)
    {
        Workers = workers;
        using (var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            Udp = (IPEndPoint)probe.LocalEndPoint!;
        }
        string configuration = Path.Combine(_folder.FullName, "kamailio.cfg");
        File.WriteAllText(configuration, Configuration());
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("kamailio", ["-f", configuration, "-Y", _folder.FullName, "-DD", "-E", "-m", "512", "-M", "16"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        var errors = new StringBuilder();
        _process.ErrorDataReceived += (_, line) =>
        {
            if (errors.Length < 4096)
                errors.AppendLine(line.Data);
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (!Answers())
        {
            Dispose();
            throw new InvalidOperationException($"Kamailio did not start: {errors}");
        }
    }

    public int Workers { get; }

    public int Id => _process.Id;

    public IPEndPoint Udp { get; }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private bool Answers()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 100 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        byte[] answer = new byte[2048];
        byte[] question = Encoding.ASCII.GetBytes(
            $"OPTIONS sip:{LoadOrganisation.Domain} SIP/2.0\r\nVia: SIP/2.0/UDP {socket.LocalEndPoint};branch=z9hG4bKprobe\r\nMax-Forwards: 70\r\n" +
            $"From: <sip:probe@{LoadOrganisation.Domain}>;tag=1\r\nTo: <sip:{LoadOrganisation.Domain}>\r\nCall-ID: probe\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Patience && !_process.HasExited;)
        {
            try
            {
                socket.SendTo(question, Udp);
                return socket.Receive(answer) > 0;
            }
            catch (SocketException)
            {
                Thread.Sleep(50);
            }
        }
        return false;
    }

    private string Configuration() => string.Create(CultureInfo.InvariantCulture, $$"""
        #!KAMAILIO
        debug=-1
        log_stderror=yes
        fork=yes
        children={{Workers}}
        listen=udp:{{Udp}}
        disable_tcp=yes
        auto_aliases=no
        dns=no
        rev_dns=no
        loadmodule "tm.so"
        loadmodule "sl.so"
        loadmodule "pv.so"
        loadmodule "auth.so"
        loadmodule "usrloc.so"
        loadmodule "registrar.so"
        modparam("usrloc", "db_mode", 0)
        modparam("usrloc", "hash_size", 16)
        modparam("auth", "nonce_expire", 300)
        request_route {
          if (method != "REGISTER") { sl_send_reply("405", "Method Not Allowed"); exit; }
          if (!pv_auth_check("{{LoadOrganisation.Domain}}", "secret-of-$fU", "0", "1")) {
            auth_challenge("{{LoadOrganisation.Domain}}", "1");
            exit;
          }
          if (!save("location")) { sl_reply_error(); }
        }
        """);
}
