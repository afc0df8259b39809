using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// A telephone of baresip (Debian package baresip-core) in a network namespace: it answers every call, says what its file says from
/// the beginning of each, and writes what it hears.
/// </summary>
internal sealed class Baresip : IAsyncDisposable
{
    private const int ControlPort = 4444;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly TcpClient _control = new();
    private readonly BlockingCollection<JsonElement> _events = [];
    private readonly NetworkNamespace _network;
    private SoftphoneProcess? _process;

    /// <param name="network">Where it runs; nothing else may run there.</param>
    /// <param name="user">One of the system's telephones.</param>
    /// <param name="server">Where the server listens.</param>
    /// <param name="transport">Of its SIP.</param>
    /// <param name="secure">SRTP with keys in the SDP and nothing else; else RTP in clear.</param>
    /// <param name="says">8 kHz; longer than any call, because a telephone without sound hangs up.</param>
    public Baresip(NetworkNamespace network, string user, IPEndPoint server, SipTransportKind transport, bool secure, short[] says)
    {
        _network = network;
        WavFile.Write(_folder.File("says.wav"), says);
        File.WriteAllText(_folder.File("config"), $"""
            sip_listen {network.Address}:5060
            ctrl_tcp_listen {network.Address}:{ControlPort}
            audio_source aufile,{_folder.File("says.wav")}
            audio_player aubridge,nowhere
            audio_alert aubridge,alert
            snd_path {_folder.Path}
            module_path {ModulePath}
            {string.Concat(((string[])["g711", "aufile", "aubridge", "sndfile", "srtp", "ctrl_tcp"]).Select(module => $"module {module}.so\n"))}
            module_app account.so
            module_app menu.so

            """);
        File.WriteAllText(_folder.File("accounts"),
            $"<sip:u-{user}@mcx.example>;auth_user=u-{user};auth_pass={SmallSystem.PhonePassword};outbound=\"sip:{server};transport={transport.UriName()}\"" +
            $";regint=600;answermode=auto;audio_codecs=PCMA/8000/1{(secure ? ";mediaenc=srtp-mand" : "")}\n");
        File.WriteAllText(_folder.File("contacts"), "");
    }

    public static void Require() => PeerProgram.Require("baresip", "baresip-core");

    /// <summary>Starts it and waits until it is registered.</summary>
    public async Task RegisterAsync()
    {
        _process = new SoftphoneProcess(_network.Start("baresip", "-f", _folder.Path));
        await Eventually.IsTrueAsync(async () =>
        {
            Assert.False(_process.HasExited, $"baresip ended: {_process.Output}");
            try
            {
                await _control.ConnectAsync(_network.Address, ControlPort);
            }
            catch (SocketException)
            {
                // It does not listen yet.
            }
            return _control.Connected;
        });
        _ = Task.Run(ReadEventsAsync);
        // It may have registered before it was listened to.
        await Eventually.IsTrueAsync(() => _process.Output.Contains(" 200 OK (", StringComparison.Ordinal), () => _process.Output);
    }

    /// <summary>The next event of that type.</summary>
    public Task<JsonElement> EventAsync(string type) => Task.Run(() =>
    {
        while (_events.TryTake(out JsonElement next, Patience))
        {
            if (next.GetProperty("type").GetString() == type)
                return next;
        }
        throw new TimeoutException($"no {type}:\n{_process!.Output}");
    });

    public Task DialAsync(string uri) => CommandAsync("dial", uri);

    public async Task HangUpAsync()
    {
        await CommandAsync("hangup", "");
        await EventAsync("CALL_CLOSED");
    }

    private async Task CommandAsync(string command, string parameters)
    {
        string text = $$"""{"command":"{{command}}","params":"{{parameters}}","token":"1"}""";
        await _control.GetStream().WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text.Length}:{text},")));
    }

    /// <summary>What it heard in its calls that are over, 8 kHz.</summary>
    public short[] Heard() => [.. Directory.GetFiles(_folder.Path, "dump-*-dec.wav").Order(StringComparer.Ordinal).SelectMany(WavFile.Read)];

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static string ModulePath => Directory.Exists("/usr/lib/baresip/modules")
        ? "/usr/lib/baresip/modules"
        : Directory.GetDirectories("/usr/lib", "modules", SearchOption.AllDirectories).First(path => path.EndsWith("baresip/modules", StringComparison.Ordinal));

    /// <summary>Netstrings of JSON: answers to commands and events.</summary>
    private async Task ReadEventsAsync()
    {
        var buffer = new List<byte>();
        byte[] received = new byte[16 * 1024];
        try
        {
            for (int read; (read = await _control.GetStream().ReadAsync(received)) > 0;)
            {
                buffer.AddRange(received.AsSpan(0, read));
                while (buffer.IndexOf((byte)':') is var colon and > 0 &&
                    int.Parse(Encoding.ASCII.GetString([.. buffer[..colon]]), CultureInfo.InvariantCulture) is var length && buffer.Count >= colon + length + 2)
                {
                    JsonElement json = JsonDocument.Parse(buffer.GetRange(colon + 1, length).ToArray()).RootElement;
                    buffer.RemoveRange(0, colon + length + 2);
                    _process!.Add(json.ToString());
                    if (json.TryGetProperty("event", out _))
                        _events.Add(json);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It, or the test, has ended.
        }
    }
}
