using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MediaEngine.Mcx;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Server;

/// <summary>The KMS over HTTPS (TS 33.180 D.1): POST with Basic authentication, everything bounded.</summary>
internal sealed class KmsHttpService : IAsyncDisposable
{
    public const int MaxBody_bytes = 64 * 1024;
    public const int MaxIssuesPerMinute = 12;

    private const int MaxConnections = 256;
    private const int MaxConnectionsOfAddress = 32;
    private const int MaxHeaders_bytes = 8 * 1024;
    private const int MaxRequestLine_bytes = 4 * 1024;
    private const int MaxUsers = 16_384;

    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);

    private readonly WebApplication _application;
    private readonly KmsRequestHandler _handler;
    private readonly KmsAuthenticator _authenticator;
    private readonly ConcurrentDictionary<IPAddress, int> _connections = new();
    private readonly AttemptLimiter<string> _issues = new(MaxIssuesPerMinute, TimeSpan.FromMinutes(1), MaxUsers);
    // Issuing keys is work for tens of milliseconds; media and signalling keep a processor.
    private readonly SemaphoreSlim _working = new(Math.Max(1, Environment.ProcessorCount - 1));
    private readonly string _challenge;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public KmsHttpService(
        IPEndPoint listen, X509Certificate2 certificate, KmsRequestHandler handler, Organisation organisation, TimeProvider time, ILogger logger)
    {
        _handler = handler;
        _authenticator = new KmsAuthenticator(organisation);
        _challenge = $"Basic realm=\"{organisation.Domain}\", charset=\"UTF-8\"";
        _time = time;
        _logger = logger;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MaxBody_bytes;
            options.Limits.MaxRequestHeadersTotalSize = MaxHeaders_bytes;
            options.Limits.MaxRequestLineSize = MaxRequestLine_bytes;
            options.Limits.MaxConcurrentConnections = MaxConnections;
            options.Limits.RequestHeadersTimeout = RequestTime;
            options.Limits.KeepAliveTimeout = IdleTime;
            options.Listen(listen, on =>
            {
                on.Protocols = HttpProtocols.Http1;
                on.Use(next => connection => CountAsync(next, connection));
                on.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = certificate,
                    SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    HandshakeTimeout = RequestTime,
                });
            });
        });
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    /// <summary>Where it listens, once started.</summary>
    public Uri Url => new(_application.Urls.Single());

    /// <exception cref="KmsBindException">The address is not to be had.</exception>
    public async Task StartAsync()
    {
        try
        {
            await _application.StartAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or AddressInUseException)
        {
            throw new KmsBindException($"kms.listen: HTTPS cannot be served there ({e.Message.TrimEnd('.')}); free the port or choose another.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _working.Dispose();
    }

    // Before TLS: nobody may hold all connections that there are.
    private async Task CountAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        IPAddress address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        try
        {
            if (_connections.AddOrUpdate(address, 1, (_, count) => count + 1) <= MaxConnectionsOfAddress)
                await next(connection).ConfigureAwait(false);
        }
        finally
        {
            if (_connections.AddOrUpdate(address, 0, (_, count) => count - 1) == 0)
                _connections.TryRemove(new KeyValuePair<IPAddress, int>(address, 0));
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        IPAddress address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        DateTimeOffset now = _time.GetUtcNow();
        KmsAuthentication authentication = _authenticator.Authenticate(context.Request.Headers.Authorization, address, now, out McUser? user);
        KmsAnswer answer = authentication switch
        {
            KmsAuthentication.Ok => await AnswerAsync(context, user!, now).ConfigureAwait(false),
            KmsAuthentication.Missing => KmsAnswer.Text(StatusCodes.Status401Unauthorized, "authenticate with the SIP user name and password"),
            KmsAuthentication.Wrong or KmsAuthentication.LastWrong => KmsAnswer.Text(StatusCodes.Status401Unauthorized, "wrong user name or password"),
            _ => KmsAnswer.Text(StatusCodes.Status429TooManyRequests, "too many failed attempts from this address; wait a minute"),
        };
        // Who has not authenticated must not be able to fill the log.
        if (answer.Reason is not null && authentication is not (KmsAuthentication.Missing or KmsAuthentication.Blocked))
            _logger.LogInformation("kms-refused {Subject}: {Status}, {Reason}", user?.McpttId ?? address.ToString(), answer.Status, answer.Reason);
        if (authentication == KmsAuthentication.LastWrong)
            _logger.LogWarning("kms-address-blocked {Address}: {Attempts} wrong passwords, nothing more is read from it for {Time}", address, KmsAuthenticator.MaxFailures, KmsAuthenticator.Window);
        await WriteAsync(context.Response, answer).ConfigureAwait(false);
        // The response has copied it; it may be keys.
        CryptographicOperations.ZeroMemory(answer.Body);
    }

    private async Task<KmsAnswer> AnswerAsync(HttpContext context, McUser user, DateTimeOffset now)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            return KmsAnswer.Text(StatusCodes.Status405MethodNotAllowed, "only POST is served");
        }
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(RequestTime);
        try
        {
            byte[] body = await ReadBodyAsync(context.Request, time.Token).ConfigureAwait(false);
            // Undecoded: a user's URI is one segment of it.
            string path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
            string url = $"https://{context.Request.Host}{path}";
            bool issues = path.StartsWith(KmsRequestHandler.Root + "/keyprov", StringComparison.Ordinal);
            if (issues && _issues.IsBlocked(user.McpttId, now))
                return KmsAnswer.Text(StatusCodes.Status429TooManyRequests, $"keys were issued {MaxIssuesPerMinute} times within a minute; wait");
            if (issues)
                _issues.Add(user.McpttId, now);
            await _working.WaitAsync(time.Token).ConfigureAwait(false);
            try
            {
                KmsAnswer answer = _handler.Handle(path, url, user, body, now);
                if (issues && answer.Reason is null)
                    _logger.LogInformation("kms-keys-issued {Subject}: to {Address}", user.McpttId, context.Connection.RemoteIpAddress);
                return answer;
            }
            finally
            {
                _working.Release();
            }
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            return KmsAnswer.Text(e.StatusCode, e.Message);
        }
        catch (OperationCanceledException)
        {
            return KmsAnswer.Text(StatusCodes.Status408RequestTimeout, "the request took too long");
        }
        catch (Exception e) when (e is not IOException)
        {
            _logger.LogError(e, "kms-fault {Subject}", user.McpttId);
            return KmsAnswer.Text(StatusCodes.Status500InternalServerError, "a defect; see the server's log");
        }
    }

    private static async Task<byte[]> ReadBodyAsync(HttpRequest request, CancellationToken cancellation)
    {
        // Kestrel ends a longer body with 413.
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation).ConfigureAwait(false);
        return body.ToArray();
    }

    private async Task WriteAsync(HttpResponse response, KmsAnswer answer)
    {
        response.StatusCode = answer.Status;
        response.ContentType = answer.IsXml ? "application/xml" : "text/plain; charset=utf-8";
        response.ContentLength = answer.Body.Length;
        response.Headers.CacheControl = "no-store";
        if (answer.Status == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = _challenge;
        if (answer.Status == StatusCodes.Status429TooManyRequests)
            response.Headers.RetryAfter = "60";
        await response.Body.WriteAsync(answer.Body).ConfigureAwait(false);
    }
}
