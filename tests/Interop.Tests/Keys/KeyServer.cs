using System.Collections.Concurrent;
using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// The other side of one client on loopback sockets: registers it, keeps what it sends, and sends it key messages as a group
/// management server does.
/// </summary>
internal sealed class KeyServer : ISipUser, IAsyncDisposable
{
    public const string AliceId = "sip:alice@mcx.example";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SipStack _stack;
    private readonly ProvisioningKms _kms = new();
    private readonly TemporaryFolder _folder = new();
    private readonly List<ClientProfile> _profiles = [];
    private readonly List<McxEndpoint> _endpoints = [];
    private readonly ConcurrentQueue<SipRequest> _requests = new();

    public KeyServer()
    {
        var address = new IPEndPoint(IPAddress.Loopback, 0);
        _stack = new SipStack(
            new SipStackOptions { Listen = [new SipListen(SipTransportKind.Udp, address), new SipListen(SipTransportKind.Tcp, address)] },
            this, SystemEntropy.Instance);
        _stack.Start();
    }

    public ProvisioningKms Kms => _kms;

    /// <summary>Alice's, unless an endpoint is made without one.</summary>
    public string KeyFilePath => _folder.File("alice.keys.json");

    /// <summary>What clients sent, oldest first.</summary>
    public IReadOnlyList<SipRequest> Requests => [.. _requests];

    /// <summary>How requests are answered; 200 unless a test says otherwise.</summary>
    public Func<SipRequest, SipResponse> Answer { get; set; } = request => SipResponse.For(request, 200, toTag: "server");

    public string File(string name) => _folder.File(name);

    /// <summary>A started endpoint of alice without any configured key.</summary>
    public McxEndpoint Endpoint(SipTransportKind transport = SipTransportKind.Tcp, bool identity = true, string? keyFile = null)
    {
        var profile = new ClientProfile
        {
            McpttId = AliceId,
            SipUser = "sip:u-alice@mcx.example",
            Password = "secret",
            AuthenticationUser = "u-alice",
            Realm = "mcx.example",
            ClientId = "urn:uuid:6f1a2f6e-0f1b-4c8a-9f7a-3c1b7d5a0001",
            Server = _stack.EndPoint(transport),
            ServerUri = "sip:mcptt@mcx.example",
            Transport = transport,
            LocalAddress = IPAddress.Loopback,
            IdentityKeys = identity ? _kms.Issue(AliceId) : null,
            ClientServerKey = identity ? null : new(new(0x2000_0001), new byte[16], new byte[16]),
        };
        _profiles.Add(profile);
        var endpoint = new McxEndpoint(profile, new EndpointOptions { KeyFile = keyFile ?? KeyFilePath });
        _endpoints.Add(endpoint);
        endpoint.Start();
        return endpoint;
    }

    /// <summary>Sends a key message to the client that registered last, as the GMS does.</summary>
    public async Task<SipResponse> SendAsync(byte[] keyMessage)
    {
        SipRequest registration = _requests.Last(request => request.Method == SipMethods.Register);
        Assert.True(NameAddress.TryParse(registration.Headers.Get("Contact"), out NameAddress? contact));
        Assert.True(SipUri.TryParse(contact.Uri.ToString(), out SipUri? uri));
        SipTransportKind transport = contact.Uri.ToString().Contains("tcp", StringComparison.Ordinal) ? SipTransportKind.Tcp : SipTransportKind.Udp;
        var request = new SipRequest(SipMethods.Message, contact.Uri.ToString());
        request.Headers.Add("Max-Forwards", "70");
        request.Headers.Add("From", $"<{ProvisioningKms.GroupManagementServer}>;tag={SystemEntropy.Instance.NextToken()}");
        request.Headers.Add("To", $"<{AliceId}>");
        request.Headers.Add("Call-ID", SystemEntropy.Instance.NextToken());
        request.Headers.Add("CSeq", $"1 {SipMethods.Message}");
        byte[] body = MultipartBody.Compose(
            [
                new MimePart(ContentTypes.McpttInfo, new McpttInfo { RequestUri = AliceId }.Serialise()),
                new MimePart(ContentTypes.Mikey, keyMessage),
            ], out string contentType);
        request.SetBody(contentType, body);
        var answer = new TaskCompletionSource<SipResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(_stack.SendRequest(answer, request, new SipDestination(transport, new IPEndPoint(IPAddress.Parse(uri.Host), uri.Port))));
        return await answer.Task.WaitAsync(Patience);
    }

    public void OnRequest(SipTransactionId transaction, SipRequest request, SipFlow flow)
    {
        _requests.Enqueue(request);
        _stack.Respond(transaction, Answer(request));
    }

    public void OnResponse(object token, SipResponse response)
    {
        if (!response.IsProvisional)
            ((TaskCompletionSource<SipResponse>)token).TrySetResult(response);
    }

    public void OnFailure(object token, SipFailure failure) =>
        ((TaskCompletionSource<SipResponse>)token).TrySetException(new IOException($"No answer: {failure}."));

    public void OnFlowClosed(SipFlow flow)
    {
    }

    public async ValueTask DisposeAsync()
    {
        foreach (McxEndpoint endpoint in _endpoints)
            await endpoint.DisposeAsync();
        await _stack.DisposeAsync();
        foreach (ClientProfile profile in _profiles)
            profile.Dispose();
        _kms.Dispose();
        _folder.Dispose();
    }
}
