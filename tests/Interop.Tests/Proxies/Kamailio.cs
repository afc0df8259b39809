using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using MediaEngine.Sip;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// Kamailio (Debian packages kamailio, kamailio-websocket-modules) as the proxy of a server's clients: UDP, TCP and WebSocket on one
/// port, Path for registrations, Record-Route for dialogs, loose routing.
/// </summary>
internal sealed class Kamailio : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string?> _said = new();
    private Process? _process;

    private Kamailio(IPEndPoint server, SipTransportKind transport)
    {
        File.WriteAllText(_folder.File("kamailio.cfg"), Configuration(server, transport));
    }

    public IPEndPoint EndPoint { get; } = LoopbackPort.Free();

    /// <summary>Starts it; it speaks that transport to the server.</summary>
    public static async Task<Kamailio> StartAsync(SmallSystem system, SipTransportKind transport)
    {
        PeerProgram.Require("kamailio", "kamailio kamailio-websocket-modules");
        var started = new Kamailio(system.SipEndPoint(transport), transport);
        try
        {
            await started.StartAsync();
            return started;
        }
        catch
        {
            started.Dispose();
            throw;
        }
    }

    /// <summary>Kills it and starts it again; its connections and transactions are gone.</summary>
    public Task RestartAsync()
    {
        Kill();
        return StartAsync();
    }

    public void Dispose()
    {
        Kill();
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo("kamailio", ["-f", _folder.File("kamailio.cfg"), "-Y", _folder.Path, "-DD", "-E", "-m", "64", "-M", "8"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        _process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Eventually.IsTrueAsync(
            () =>
            {
                Assert.False(_process.HasExited, string.Join('\n', _said));
                return LoopbackPort.ListensAsync(EndPoint);
            },
            () => string.Join('\n', _said));
    }

    private void Kill()
    {
        if (_process is null)
            return;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    // nat_uac_test(64) is true for what came over WebSocket: nobody can connect to those clients' Contact.
    private string Configuration(IPEndPoint server, SipTransportKind transport) => $$"""
        debug=1
        log_stderror=yes
        children=2
        listen=udp:{{EndPoint}}
        listen=tcp:{{EndPoint}}
        tcp_accept_no_cl=yes
        dns=no
        rev_dns=no
        loadmodule "tm.so"
        loadmodule "sl.so"
        loadmodule "rr.so"
        loadmodule "path.so"
        loadmodule "pv.so"
        loadmodule "maxfwd.so"
        loadmodule "textops.so"
        loadmodule "siputils.so"
        loadmodule "nathelper.so"
        loadmodule "xhttp.so"
        loadmodule "websocket.so"
        modparam("path", "use_received", 1)
        request_route {
          if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
          force_rport();
          if (is_method("CANCEL")) {
            if (t_check_trans()) { t_relay(); }
            exit;
          }
          if (nat_uac_test(64) && !is_method("REGISTER")) { add_contact_alias(); }
          if (has_totag()) {
            if (!loose_route()) {
              if (is_method("ACK") && t_check_trans()) { t_relay(); }
              exit;
            }
            handle_ruri_alias();
          } else {
            loose_route();
            if (!is_method("REGISTER")) {
              record_route();
            } else if (nat_uac_test(64)) {
              add_path_received();
            } else {
              add_path();
            }
          }
          if ($rd == "mcx.example") { $du = "sip:{{server}};transport={{transport.UriName()}}"; }
          t_on_reply("FROM_CLIENT");
          t_relay();
        }
        onreply_route[FROM_CLIENT] {
          if (nat_uac_test(64)) { add_contact_alias(); }
        }
        event_route[xhttp:request] {
          if ($hdr(Upgrade) =~ "websocket") { ws_handle_handshake(); exit; }
          xhttp_reply("404", "Not Found", "", "");
        }
        """;
}
