using System.Net.Mime;
using System.Text.Json;
using MediaEngine.Mcx;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Server;

/// <summary>
/// The operator's HTTP over a Unix domain socket; docs/server.md has its resources. Who may connect is a matter of the socket's
/// mode, so there is no other authentication. Everything is bounded.
/// </summary>
internal sealed class OperatorHttpService : IAsyncDisposable
{
    public const int MaxStreams = 16;
    public const int MaxListed = 1000;

    private const int MaxConnections = 64;
    private const int MaxHeaders_bytes = 8 * 1024;
    private const int MaxRequestLine_bytes = 4 * 1024;
    private const string Calls = "/v1/calls";
    private const string FloorOfCall = "/floor";

    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FloorTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan NewCallsTime = TimeSpan.FromSeconds(1);

    // Longer than a reader stops that is still there.
    private static readonly TimeSpan WriteTime = TimeSpan.FromMinutes(1);

    private readonly WebApplication _application;
    private readonly OperatorSocket _socket;
    private readonly OperatorSources _sources;
    private readonly TimeSpan _heartbeat;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _streams = new(MaxStreams);
    private readonly CancellationTokenSource _stopping = new();

    /// <param name="path">Where the socket will be.</param>
    /// <param name="heartbeat">How long a stream is silent at most.</param>
    /// <exception cref="OperatorBindException">The socket is not to be had.</exception>
    public OperatorHttpService(string path, OperatorSources sources, TimeSpan heartbeat, ILogger logger)
    {
        _sources = sources;
        _heartbeat = heartbeat;
        _logger = logger;
        _socket = OperatorSocket.Bind(path);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseSockets(options => options.CreateBoundListenSocket = _ => _socket.Listener);
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = 0;
            options.Limits.MaxRequestHeadersTotalSize = MaxHeaders_bytes;
            options.Limits.MaxRequestLineSize = MaxRequestLine_bytes;
            options.Limits.MaxConcurrentConnections = MaxConnections;
            options.Limits.RequestHeadersTimeout = RequestTime;
            options.Limits.KeepAliveTimeout = IdleTime;
            // A person may stop the output and go on later.
            options.Limits.MinResponseDataRate = null;
            options.ListenUnixSocket(_socket.Path, on => on.Protocols = HttpProtocols.Http1);
        });
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    public Task StartAsync() => _application.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
        _streams.Dispose();
        _stopping.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        try
        {
            await RouteAsync(context, ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _logger.LogError(exception, "operator-fault {Path}", context.Request.Path);
            if (!context.Response.HasStarted)
                await RefuseAsync(context, 500, "fault", "a defect: the server goes on; report the line in its log").ConfigureAwait(false);
        }
    }

    private Task RouteAsync(HttpContext context, CancellationToken ending)
    {
        string path = context.Request.Path.Value ?? string.Empty;
        string? group = path.StartsWith($"{Calls}/", StringComparison.Ordinal) && path.EndsWith(FloorOfCall, StringComparison.Ordinal)
            && path.Length > Calls.Length + 1 + FloorOfCall.Length
            ? path[(Calls.Length + 1)..^FloorOfCall.Length].Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)
            : null;
        bool known = group is not null || path is Calls or "/v1/floor" or "/v1/health";
        if (known && !HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Get;
            return RefuseAsync(context, 405, "method not allowed", "everything here is read with GET");
        }
        return path switch
        {
            Calls => ListAsync(context, ending),
            "/v1/floor" => StreamAsync(context, null, ending),
            "/v1/health" => HealthAsync(context, ending),
            _ when group is not null => StreamAsync(context, group, ending),
            _ => RefuseAsync(context, 404, "no such resource", $"there are {Calls}, {Calls}/GROUP{FloorOfCall}, /v1/floor and /v1/health"),
        };
    }

    private async Task HealthAsync(HttpContext context, CancellationToken ending) =>
        await WriteAsync(context, 200, MediaTypeNames.Application.Json, await _sources.Health().WaitAsync(ending).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task ListAsync(HttpContext context, CancellationToken ending)
    {
        if (!await TryBeginAsync(context).ConfigureAwait(false))
            return;
        var feed = new FloorFeed();
        try
        {
            IReadOnlyList<GroupCallStatus> all = await _sources.Calls().WaitAsync(ending).ConfigureAwait(false);
            GroupCallStatus[] listed = [.. all.OrderBy(call => call.Since).Take(MaxListed)];
            var floors = new Dictionary<string, OperatorFloor>(StringComparer.Ordinal);
            int asked = listed.Count(call => _sources.Floors.Add(feed, call.Number, call.GroupId));
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ending);
            limit.CancelAfter(FloorTime);
            while (floors.Count < asked && !limit.IsCancellationRequested)
            {
                foreach (OperatorFloor floor in await feed.ReadAsync(FloorTime, ending).ConfigureAwait(false))
                    floors[floor.Call] = floor;
            }
            var list = new OperatorCallList(
                [.. listed.Select(call => new OperatorCall(
                    call.GroupId, FloorWatchHub.Name(call.Number), call.Since, call.Participants, floors.GetValueOrDefault(FloorWatchHub.Name(call.Number))))],
                all.Count - listed.Length);
            await WriteAsync(context, 200, MediaTypeNames.Application.Json, list).ConfigureAwait(false);
        }
        finally
        {
            _sources.Floors.Remove(feed);
            _streams.Release();
        }
    }

    /// <param name="group">Null = every call, and those to come.</param>
    private async Task StreamAsync(HttpContext context, string? group, CancellationToken ending)
    {
        if (!await TryBeginAsync(context).ConfigureAwait(false))
            return;
        var feed = new FloorFeed();
        try
        {
            IReadOnlyList<GroupCallStatus> calls = await CallsOfAsync(group, ending).ConfigureAwait(false);
            if (group is not null && calls.Count == 0)
            {
                await RefuseAsync(context, 404, "no such call", $"no call is up on {group}; {Calls} (mcx floor) lists the calls, /v1/floor (mcx floor --watch) tells of those to come").ConfigureAwait(false);
                return;
            }
            if (!calls.All(call => _sources.Floors.Add(feed, call.Number, call.GroupId)))
            {
                await BusyAsync(context, "the control loop is full; try again").ConfigureAwait(false);
                return;
            }
            context.Response.ContentType = "application/x-ndjson";
            await context.Response.StartAsync(ending).ConfigureAwait(false);
            await FollowAsync(context, feed, all: group is null, ending).ConfigureAwait(false);
        }
        finally
        {
            _sources.Floors.Remove(feed);
            _streams.Release();
        }
    }

    private async Task FollowAsync(HttpContext context, FloorFeed feed, bool all, CancellationToken ending)
    {
        DateTimeOffset written = _sources.Time.GetUtcNow();
        DateTimeOffset looked = written;
        while (true)
        {
            IReadOnlyList<OperatorFloor> floors = await feed.ReadAsync(all && NewCallsTime < _heartbeat ? NewCallsTime : _heartbeat, ending).ConfigureAwait(false);
            DateTimeOffset now = _sources.Time.GetUtcNow();
            foreach (OperatorFloor floor in floors)
                await WriteLineAsync(context, new OperatorLine(OperatorLine.FloorEvent, now, floor), ending).ConfigureAwait(false);
            if (!all && floors.Any(floor => floor.State == OperatorFloorState.Ended))
                return;
            if (floors.Count > 0)
            {
                written = now;
            }
            else if (now - written >= _heartbeat)
            {
                await WriteLineAsync(context, new OperatorLine(OperatorLine.AliveEvent, now), ending).ConfigureAwait(false);
                written = now;
            }
            if (!all || now - looked < NewCallsTime)
                continue;
            looked = now;
            foreach (GroupCallStatus call in await CallsOfAsync(null, ending).ConfigureAwait(false))
                _sources.Floors.Add(feed, call.Number, call.GroupId);
        }
    }

    private async Task<IReadOnlyList<GroupCallStatus>> CallsOfAsync(string? group, CancellationToken ending)
    {
        IReadOnlyList<GroupCallStatus> calls = await _sources.Calls().WaitAsync(ending).ConfigureAwait(false);
        if (group is null)
            return calls;
        string? normalised = McIdentity.Normalise(group);
        return [.. calls.Where(call => McIdentity.Normalise(call.GroupId) == normalised)];
    }

    private async Task<bool> TryBeginAsync(HttpContext context)
    {
        if (_streams.Wait(0))
            return true;
        await BusyAsync(context, $"{MaxStreams} readers are served at a time; end one and try again").ConfigureAwait(false);
        return false;
    }

    private static Task BusyAsync(HttpContext context, string detail)
    {
        context.Response.Headers.RetryAfter = "1";
        return RefuseAsync(context, 503, "too busy", detail);
    }

    private static Task RefuseAsync(HttpContext context, int status, string title, string detail) =>
        WriteAsync(context, status, MediaTypeNames.Application.ProblemJson, new OperatorProblem(title, status, detail));

    private static async Task WriteAsync<T>(HttpContext context, int status, string type, T content)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.Body.WriteAsync(LineOf(content), context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task WriteLineAsync(HttpContext context, OperatorLine line, CancellationToken ending)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ending);
        limit.CancelAfter(WriteTime);
        try
        {
            await context.Response.Body.WriteAsync(LineOf(line), limit.Token).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ending.IsCancellationRequested)
        {
            context.Abort();
            throw new OperationCanceledException(context.RequestAborted);
        }
    }

    private static byte[] LineOf<T>(T content) => [.. JsonSerializer.SerializeToUtf8Bytes(content, OperatorJson.Options), (byte)'\n'];
}
