using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MediaEngine.Server;

namespace MediaEngine.Tool;

/// <summary>A client of a server's operator socket. Its errors are for the person at the terminal.</summary>
internal sealed class OperatorClient : IDisposable
{
    /// <summary>Longer than the server is silent.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(45);

    private readonly string _path;
    private readonly HttpClient _http;

    public OperatorClient(string path)
    {
        _path = path;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = new Uri("http://operator"), Timeout = Silence };
    }

    public async Task<OperatorCallList> ReadCallsAsync(CancellationToken cancellation)
    {
        using HttpResponseMessage response = await GetAsync("/v1/calls", cancellation).ConfigureAwait(false);
        return Read<OperatorCallList>(await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false));
    }

    /// <summary>The floor of one call until it ends, or of all calls.</summary>
    public async IAsyncEnumerable<OperatorFloor> FollowAsync(string? group, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using HttpResponseMessage response = await GetAsync(
            group is null ? "/v1/floor" : $"/v1/calls/{Uri.EscapeDataString(group)}/floor", cancellation).ConfigureAwait(false);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false));
        while (await LineAsync(lines, cancellation).ConfigureAwait(false) is { } line)
        {
            if (Read<OperatorLine>(line).Floor is { } floor)
                yield return floor;
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string resource, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.GetAsync(resource, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new ToolException($"{_path}: belongs to another user; run this as the user the server runs as.", ToolExit.Unreachable, e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new ToolException($"{_path}: the server does not answer; see whether it still runs.", ToolExit.Unreachable, e);
        }
        catch (HttpRequestException e)
        {
            string reason = (e.InnerException ?? e).Message.TrimEnd('.');
            throw new ToolException($"{_path}: no server answers there ({reason}); start the server, or name its operator.socket with --server.", ToolExit.Unreachable, e);
        }
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            OperatorProblem problem = Read<OperatorProblem>(await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false));
            throw new ToolException($"{problem.Title}: {problem.Detail}.", ToolExit.Refused);
        }
    }

    private async Task<string?> LineAsync(StreamReader lines, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Silence);
        try
        {
            return await lines.ReadLineAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new ToolException($"{_path}: the server has been silent for {Silence.TotalSeconds} s; see whether it still runs.", ToolExit.Unreachable, e);
        }
        catch (IOException e)
        {
            throw new ToolException($"{_path}: the server has gone away ({e.Message.TrimEnd('.')}).", ToolExit.Unreachable, e);
        }
    }

    private T Read<T>(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, OperatorJson.Options) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new ToolException($"{_path}: what answers there is no MediaEngine server ({e.Message.TrimEnd('.')}); name its operator.socket with --server.", ToolExit.Unreachable, e);
        }
    }
}
