using System.Diagnostics;
using System.Net;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>A telephone of linphonec (Debian package linphone-cli): it answers every call, plays a file and records what it hears.</summary>
internal sealed class Linphone : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private SoftphoneProcess? _process;

    public Linphone(short[] says) => WavFile.Write(_folder.File("says.wav"), says);

    public static void Require() => PeerProgram.Require("linphonec", "linphone-cli");

    /// <summary>Starts it and waits until it is registered as that user.</summary>
    public async Task RegisterAsync(string user, IPEndPoint server, SipTransportKind transport)
    {
        // It starts only when the folder of its data is there. A port of -1 is any.
        Directory.CreateDirectory(_folder.File(".local/share/linphone"));
        await File.WriteAllTextAsync(_folder.File(".linphonerc"), $"""
            [sip]
            sip_port=-1
            sip_tcp_port=-1
            sip_tls_port=0
            default_proxy=0
            [rtp]
            audio_rtp_port=-1
            [auth_info_0]
            username=u-{user}
            passwd={SmallSystem.PhonePassword}
            realm=mcx.example
            [proxy_0]
            reg_proxy=<sip:{server};transport={transport.UriName()}>
            reg_route=<sip:{server};transport={transport.UriName()};lr>
            reg_identity=sip:u-{user}@mcx.example
            reg_expires=600
            reg_sendregister=1

            """);
        var start = new ProcessStartInfo("linphonec", ["-a"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = _folder.Path;
        _process = new SoftphoneProcess(start);
        await TypeAsync("soundcard use files");
        await TypeAsync($"play {_folder.File("says.wav")}");
        await TypeAsync($"record {_folder.File("heard.wav")}");
        await IsAsync("register", "registered, ");
    }

    public async Task TypeAsync(string command)
    {
        await _process!.Input.WriteLineAsync(command);
        await _process.Input.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until it gives that as its status of <c>register</c> or <c>hook</c>.</summary>
    public Task IsAsync(string what, string status) => Eventually.IsTrueAsync(async () =>
    {
        int before = _process!.Output.Length;
        await TypeAsync($"status {what}");
        await Task.Delay(100, TestContext.Current.CancellationToken);
        return _process.Output[before..].Contains(status, StringComparison.Ordinal);
    }, () => $"not '{status}':\n{_process!.Output}");

    /// <summary>What it heard, 8 kHz.</summary>
    public short[] Heard() => WavFile.Read(_folder.File("heard.wav"));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
    }
}
