using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MediaEngine.Control.Tests.Mcx;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Server;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaEngine.Control.Tests.Server;

/// <summary>A KMS on loopback in a folder of its own, and an HTTP client that trusts its certificate.</summary>
internal sealed class KmsScene : IAsyncDisposable
{
    public const string Alice = "sip:alice@mcx.example";
    public const string Bob = "sip:bob@mcx.example";
    public const string Root = "keymanagement/identity/v1/";

    private readonly TemporaryFolder _folder;
    private readonly bool _ownsFolder;
    private readonly HttpClient _http;

    public KmsScene(TemporaryFolder? folder = null, Func<KmsConfiguration, KmsConfiguration>? change = null)
    {
        _ownsFolder = folder is null;
        _folder = folder ?? new TemporaryFolder();
        Host = Open(_folder, change, Time);
        Host.Start();
        _http = ClientFrom(IPAddress.Loopback);
    }

    public ManualTime Time { get; } = new();

    public KmsHost Host { get; }

    /// <summary>What the KMS presented.</summary>
    public byte[] PresentedCertificate { get; private set; } = [];

    public static KmsHost Open(TemporaryFolder folder, Func<KmsConfiguration, KmsConfiguration>? change = null, ManualTime? time = null, bool withStoreKey = true) =>
        KmsHost.Open(Configuration(folder, change, withStoreKey), TestOrganisation.Create(), NullLogger.Instance, time ?? new ManualTime());

    public static KmsRequest RequestOf(string user, string kms = "kms.mcx.example") => new() { UserUri = user, KmsUri = kms };

    /// <summary>POSTs a request as a user; the body is the user's own request unless another is given.</summary>
    public Task<(HttpStatusCode Status, byte[] Body, HttpResponseHeaders Headers)> PostAsync(
        string resource, byte[]? body = null, string user = "alice", string? authorization = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Root + resource) { Content = new ByteArrayContent(body ?? RequestOf(TestOrganisation.Id(user)).Write()) };
        Authorise(request, authorization ?? Basic($"u-{user}", $"secret of {user}"));
        return SendAsync(request);
    }

    public async Task<(HttpStatusCode Status, byte[] Body, HttpResponseHeaders Headers)> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using HttpResponseMessage response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), response.Headers);
        }
    }

    /// <summary>POSTs what must be answered with 200, and gives the message.</summary>
    public async Task<T> AskAsync<T>(string resource, byte[]? body = null, string user = "alice", string? authorization = null)
        where T : KmsMessage
    {
        (HttpStatusCode status, byte[] answer, _) = await PostAsync(resource, body, user, authorization);
        Assert.True(status == HttpStatusCode.OK, $"{status}: {Encoding.UTF8.GetString(answer)}");
        Assert.Equal(KmsDocumentOutcome.Ok, KmsResponse.TryRead(answer, out KmsResponse? response));
        Assert.Equal(TestOrganisation.Id(user), response!.UserUri);
        return Assert.IsType<T>(response.Message);
    }

    /// <summary>POSTs what must be refused with this status and an XML error.</summary>
    public async Task<string> RefusedAsync(HttpStatusCode status, string resource, byte[]? body = null, string user = "alice")
    {
        (HttpStatusCode actual, byte[] answer, _) = await PostAsync(resource, body, user);
        Assert.Equal(status, actual);
        Assert.Equal(KmsDocumentOutcome.Ok, KmsResponse.TryRead(answer, out KmsResponse? response));
        var error = Assert.IsType<KmsMessage.Error>(response!.Message);
        Assert.Equal((int)status, error.Code);
        return error.Text;
    }

    public static string Basic(string name, string password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"));

    public static void Authorise(HttpRequestMessage request, string authorization) =>
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

    /// <summary>A client whose requests come from this address; the caller disposes it.</summary>
    public HttpClient ClientFrom(IPAddress source) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => Record(certificate) },
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(source, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = Host.Url,
    };

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Host.DisposeAsync();
        if (_ownsFolder)
            _folder.Dispose();
    }

    private static ServerConfiguration Configuration(TemporaryFolder folder, Func<KmsConfiguration, KmsConfiguration>? change, bool withStoreKey)
    {
        var section = new KmsConfiguration { Listen = new IPEndPoint(IPAddress.Loopback, 0), Folder = folder.File("kms") };
        return new ServerConfiguration
        {
            Domain = TestOrganisation.Domain,
            SipListeners = [],
            MediaAddress = IPAddress.Loopback,
            StorePath = folder.File("store.db"),
            StoreKeyPath = withStoreKey ? folder.File("store.key") : null,
            OrganisationPath = folder.File("unused.yaml"),
            Kms = change is null ? section : change(section),
        };
    }

    private bool Record(X509Certificate? certificate)
    {
        PresentedCertificate = certificate!.GetRawCertData();
        return true;
    }
}
