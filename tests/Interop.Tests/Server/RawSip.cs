using System.Net;
using System.Net.Sockets;
using MediaEngine.Mcx;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>A TCP connection to the server that sends what it is told, good or bad, and reads the answers.</summary>
internal sealed class RawSip : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _client = new();
    private readonly byte[] _buffer = new byte[256 * 1024];
    private NetworkStream _stream = null!;
    private int _filled;
    private int _lastCSeq;

    private RawSip(ClientProfile profile) => Profile = profile;

    public ClientProfile Profile { get; }

    public static async Task<RawSip> ConnectAsync(HostileSystem system, string name)
    {
        var raw = new RawSip(system.Profile(name));
        await raw._client.ConnectAsync(raw.Profile.Server);
        raw._client.NoDelay = true;
        // Kept, because the client gives none any more once a write found the connection closed.
        raw._stream = raw._client.GetStream();
        return raw;
    }

    public Task SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes).AsTask();

    /// <summary>The next message, or null when the server closed the connection.</summary>
    public async Task<SipMessage?> ReadAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            SipFrameOutcome outcome = SipFramer.TryFrame(_buffer.AsSpan(0, _filled), SipLimits.Default, out int length);
            if (outcome == SipFrameOutcome.Message)
            {
                Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(_buffer.AsSpan(0, length), SipLimits.Default, out SipMessage? message));
                _buffer.AsSpan(length, _filled - length).CopyTo(_buffer);
                _filled -= length;
                return message;
            }
            if (outcome is SipFrameOutcome.Ping or SipFrameOutcome.Pong)
            {
                _buffer.AsSpan(length, _filled - length).CopyTo(_buffer);
                _filled -= length;
                continue;
            }
            Assert.Equal(SipFrameOutcome.NeedMore, outcome);
            int read;
            try
            {
                read = await _stream.ReadAsync(_buffer.AsMemory(_filled), limit.Token);
            }
            catch (IOException)
            {
                return null;
            }
            if (read == 0)
                return null;
            _filled += read;
        }
    }

    /// <summary>The final response to a request, without answering challenges; requests of the server are answered 200.</summary>
    public async Task<SipResponse> ExchangeAsync(SipRequest request)
    {
        await SendAsync(request.ToBytes());
        while (true)
        {
            SipMessage? message = await ReadAsync();
            Assert.NotNull(message);
            if (message is SipResponse { IsProvisional: false } response && response.CallId == request.CallId)
                return response;
            if (message is SipRequest incoming && incoming.Method != SipMethods.Ack)
                await SendAsync(SipResponse.For(incoming, 200, toTag: "raw").ToBytes());
        }
    }

    /// <summary>As <see cref="ExchangeAsync"/>, and answers one challenge.</summary>
    public async Task<SipResponse> RequestAsync(Func<SipRequest> make, string? password = null)
    {
        SipResponse response = await ExchangeAsync(make());
        if (response.Status != 401)
            return response;
        SipRequest again = make();
        Authorise(again, response, password);
        return await ExchangeAsync(again);
    }

    /// <summary>Adds the answer to a challenge.</summary>
    public void Authorise(SipRequest request, SipResponse challenge, string? password = null) =>
        request.Headers.Add("Authorization", DigestClient.Answer(
            challenge.Headers.GetAll("WWW-Authenticate"), Profile.Realm, Profile.AuthenticationUser,
            algorithm => DigestCalculator.HashA1(algorithm, Profile.AuthenticationUser, Profile.Realm, password ?? Profile.Password),
            request.Method, request.RequestUri, "0a4f113b")!);

    /// <summary>A request of this client, complete but for its body.</summary>
    public SipRequest New(string method, string? to = null)
    {
        var request = new SipRequest(method, method == SipMethods.Register ? $"sip:{Profile.Realm}" : Profile.ServerUri);
        request.Headers.Add("Via", $"SIP/2.0/TCP {_client.Client.LocalEndPoint};branch=z9hG4bK{Guid.NewGuid():n};rport");
        request.Headers.Add("Max-Forwards", "70");
        request.Headers.Add("From", $"<{Profile.SipUser}>;tag=raw");
        request.Headers.Add("To", $"<{to ?? (method == SipMethods.Register ? Profile.SipUser : Profile.ServerUri)}>");
        request.Headers.Add("Call-ID", $"raw-{Guid.NewGuid():n}");
        request.Headers.Add("CSeq", $"{++_lastCSeq} {method}");
        return request;
    }

    public SipRequest Register()
    {
        SipRequest request = New(SipMethods.Register);
        request.Headers.Add("Contact", Contact);
        request.SetBody(ContentTypes.McpttInfo, new McpttInfo { ClientId = Profile.ClientId }.Serialise());
        return request;
    }

    public SipRequest Publish(params string[] groups)
    {
        SipRequest request = New(SipMethods.Publish);
        request.Headers.Add("Event", "presence");
        request.Headers.Add("Expires", "4294967295");
        request.SetBody(ContentTypes.Pidf, new AffiliationDocument { Entity = Profile.McpttId, ClientId = Profile.ClientId, Groups = groups }.Serialise());
        return request;
    }

    public SipRequest Message(byte[] regroupBody)
    {
        SipRequest request = New(SipMethods.Message);
        request.SetBody(ContentTypes.McpttRegroup, regroupBody);
        return request;
    }

    public SipRequest Invite(string group, IPEndPoint audio, IPEndPoint floor, string parameters = "mc_queueing")
    {
        SipRequest request = New(SipMethods.Invite);
        request.Headers.Add("Contact", Contact);
        request.Headers.Add("Accept-Contact", "*;+g.3gpp.mcptt;require;explicit");
        byte[] body = MultipartBody.Compose(
            [
                new MimePart(ContentTypes.Sdp, Describe(audio, floor, parameters).Serialise()),
                new MimePart(ContentTypes.McpttInfo, new McpttInfo { SessionType = "prearranged", RequestUri = group, ClientId = Profile.ClientId }.Serialise()),
            ], out string contentType);
        request.SetBody(contentType, body);
        return request;
    }

    public static SessionDescription Describe(IPEndPoint audio, IPEndPoint floor, string parameters = "mc_queueing") => new()
    {
        OriginUser = "raw",
        SessionId = 1,
        Connection = audio.Address,
        Media =
        [
            new MediaDescription { Kind = "audio", Port = audio.Port, Protocol = "RTP/SAVP", Format = "8" },
            new MediaDescription { Kind = "application", Port = floor.Port, Protocol = "udp", Format = "MCPTT", Attributes = [$"fmtp:MCPTT {parameters}"] },
        ],
    };

    /// <summary>Calls the group, is answered and acknowledges.</summary>
    public async Task<SipResponse> CallAsync(string group, IPEndPoint audio, IPEndPoint floor, string parameters = "mc_queueing")
    {
        SipRequest invite = Invite(group, audio, floor, parameters);
        SipResponse ok = await ExchangeAsync(invite);
        Assert.Equal(200, ok.Status);
        SipRequest ack = SipDialog.FromClient(invite, ok).CreateAck(invite.CSeq.Number);
        ack.Headers.AddFirst("Via", $"SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK{Guid.NewGuid():n}");
        await SendAsync(ack.ToBytes());
        return ok;
    }

    public static int? WarningOf(SipResponse response) => SipWarning.AllOf(response) is [var first, ..] ? first.McCode : null;

    public void Dispose() => _client.Dispose();

    public string Contact => $"<sip:raw@{_client.Client.LocalEndPoint};transport=tcp>";
}
