using System.Net.Sockets;
using System.Text.Json;
using MediaEngine.Mcx;
using MediaEngine.Server;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaEngine.Control.Tests.Server;

/// <summary>The operator's HTTP in a folder of its own, about calls the test makes up, and an HTTP client.</summary>
internal sealed class OperatorScene : IAsyncDisposable
{
    public const string Fire = "sip:fire@mcx.example";

    private readonly TemporaryFolder _folder = new();
    private readonly OperatorHttpService _service;

    public OperatorScene(TimeSpan? heartbeat = null)
    {
        Floors = new FloorWatchHub(
            (call, on) =>
            {
                Watched.Add((call, on));
                return true;
            },
            TimeProvider.System);
        var sources = new OperatorSources(
            () => Task.FromResult<IReadOnlyList<GroupCallStatus>>([.. Calls]), () => throw new NotSupportedException("made to fail"), Floors, TimeProvider.System);
        _service = new OperatorHttpService(Path, sources, heartbeat ?? TimeSpan.FromMinutes(1), NullLogger.Instance);
        Http = ClientOf(Path);
    }

    public string Path => _folder.File("operator.sock");

    public List<GroupCallStatus> Calls { get; } = [new(0x1f, Fire, DateTimeOffset.UnixEpoch, ["sip:alice@mcx.example"])];

    /// <summary>What the media plane was asked for.</summary>
    public List<(ulong Call, bool On)> Watched { get; } = [];

    public FloorWatchHub Floors { get; }

    public HttpClient Http { get; }

    public async Task<OperatorScene> StartedAsync()
    {
        await _service.StartAsync();
        return this;
    }

    public async Task<(HttpResponseMessage Response, JsonElement Body)> GetAsync(string resource, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, resource);
        HttpResponseMessage response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response, body.Length == 0 ? default : JsonDocument.Parse(body).RootElement);
    }

    public Task<HttpResponseMessage> OpenAsync(string resource) =>
        Http.GetAsync(resource, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    public static HttpClient ClientOf(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://operator"),
    };

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _service.DisposeAsync();
        _folder.Dispose();
    }
}
