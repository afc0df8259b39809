using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using MediaEngine.Sip;

namespace MediaEngine.Interop.Tests;

/// <summary>socat (Debian package socat) carries TCP to a TLS server, whose certificate it verifies with OpenSSL.</summary>
internal sealed class Socat : IDisposable
{
    private readonly ConcurrentQueue<string?> _said = new();
    private readonly Process _process;

    private Socat(SmallSystem system)
    {
        string port = EndPoint.Port.ToString(CultureInfo.InvariantCulture);
        _process = Process.Start(new ProcessStartInfo("socat",
        [
            $"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork",
            $"OPENSSL:{system.SipEndPoint(SipTransportKind.Tls)},verify=1,cafile={system.CertificatePath},commonname=mcx.example",
        ])
        {
            RedirectStandardError = true,
        })!;
        _process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data);
        _process.BeginErrorReadLine();
    }

    public IPEndPoint EndPoint { get; } = LoopbackPort.Free();

    public static async Task<Socat> StartAsync(SmallSystem system)
    {
        PeerProgram.Require("socat", "socat");
        var started = new Socat(system);
        try
        {
            await Eventually.IsTrueAsync(() => LoopbackPort.ListensAsync(started.EndPoint), () => string.Join('\n', started._said));
            return started;
        }
        catch
        {
            started.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
