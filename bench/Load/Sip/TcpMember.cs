using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Bench.Load;

/// <summary>An MCPTT client over a TCP connection of its own, as far as signalling outside calls goes.</summary>
internal sealed class TcpMember : IDisposable
{
    private const string Forever = "4294967295";
    private static readonly IPAddress FirstAddress = IPAddress.Parse("127.1.0.1");

    private readonly int _index;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _filled;
    private int _sequence;

    public TcpMember(int index) => _index = index;

    /// <summary>When a regroup notice came, by <see cref="Stopwatch"/>; 0 = it did not.</summary>
    public long ToldAt { get; private set; }

    private string ClientId => string.Create(CultureInfo.InvariantCulture, $"urn:uuid:00000000-0000-4000-8000-{_index:d12}");

    private string Identity => LoadOrganisation.SipIdentity(_index);

    /// <summary>Connects from an address of its own, registers and affiliates.</summary>
    /// <param name="group">Null: it does not affiliate.</param>
    public async Task JoinAsync(IPEndPoint server, string? group)
    {
        _socket.NoDelay = true;
        // 250 of each /24.
        byte[] address = FirstAddress.GetAddressBytes();
        address[2] = (byte)(_index / 250);
        address[3] = (byte)(1 + _index % 250);
        _socket.Bind(new IPEndPoint(new IPAddress(address), 0));
        await _socket.ConnectAsync(server);
        SipResponse challenge = await AskAsync(Register(authorization: null));
        string answer = DigestClient.Answer(
            challenge.Headers.GetAll("WWW-Authenticate"), LoadOrganisation.Domain, LoadOrganisation.User(_index),
            algorithm => DigestCalculator.HashA1(algorithm, LoadOrganisation.User(_index), LoadOrganisation.Domain, LoadOrganisation.Password(_index)),
            SipMethods.Register, $"sip:{LoadOrganisation.Domain}", "0123456789abcdef")
            ?? throw new InvalidOperationException("A challenge that cannot be answered.");
        Expect(await AskAsync(Register(answer)));
        if (group is not null)
            Expect(await AskAsync(Affiliate(group)));
    }

    /// <summary>Forms a regroup of one group.</summary>
    public async Task RegroupAsync(string regroup, string group, string preconfigured)
    {
        SipRequest request = New(SipMethods.Message);
        var body = new RegroupBody { Action = RegroupAction.Create, PreconfiguredGroup = preconfigured, RegroupUri = regroup, Groups = [group] };
        SetBody(request, new MimePart(ContentTypes.McpttInfo, new McpttInfo { ClientId = ClientId }.Serialise()), new MimePart(ContentTypes.McpttRegroup, body.Serialise()));
        Expect(await AskAsync(request));
    }

    /// <summary>Answers the regroup notice when it comes.</summary>
    public async Task BeToldAsync()
    {
        while (ToldAt == 0)
        {
            if (await ReadAsync() is not SipRequest request)
                continue;
            ToldAt = Stopwatch.GetTimestamp();
            await _socket.SendAsync(SipResponse.For(request, 200, toTag: "told").ToBytes());
        }
    }

    public void Dispose() => _socket.Dispose();

    private static void Expect(SipResponse response)
    {
        if (!response.IsSuccess)
            throw new InvalidOperationException($"{response.CSeq.Method} was answered {response.Status} {response.Reason}.");
    }

    private static void SetBody(SipRequest request, params MimePart[] parts)
    {
        request.Body = MultipartBody.Compose(parts, out string contentType);
        request.Headers.Set("Content-Type", contentType);
    }

    private SipRequest Register(string? authorization)
    {
        SipRequest request = New(SipMethods.Register);
        request.Headers.Add("Contact", $"<sip:{LoadOrganisation.User(_index)}@{_socket.LocalEndPoint};transport=tcp>");
        request.Headers.Add("Expires", "3600");
        if (authorization is not null)
            request.Headers.Add("Authorization", authorization);
        SetBody(request, new MimePart(ContentTypes.McpttInfo, new McpttInfo { ClientId = ClientId }.Serialise()));
        return request;
    }

    private SipRequest Affiliate(string group)
    {
        SipRequest request = New(SipMethods.Publish);
        request.Headers.Add("Event", "presence");
        request.Headers.Add("Expires", Forever);
        var document = new AffiliationDocument { Entity = LoadOrganisation.McpttId(_index), ClientId = ClientId, Groups = [group], PublishId = "1" };
        SetBody(
            request, new MimePart(ContentTypes.McpttInfo, new McpttInfo { RequestUri = LoadOrganisation.McpttId(_index) }.Serialise()),
            new MimePart(ContentTypes.Pidf, document.Serialise()));
        return request;
    }

    private SipRequest New(string method)
    {
        bool isRegister = method == SipMethods.Register;
        var request = new SipRequest(method, isRegister ? $"sip:{LoadOrganisation.Domain}" : $"sip:mcptt@{LoadOrganisation.Domain}");
        _sequence++;
        request.Headers.Add("Via", string.Create(CultureInfo.InvariantCulture, $"SIP/2.0/TCP {_socket.LocalEndPoint};branch=z9hG4bK{_index}-{_sequence};rport"));
        request.Headers.Add("Max-Forwards", "70");
        request.Headers.Add("From", $"<{Identity}>;tag={method}");
        request.Headers.Add("To", isRegister ? $"<{Identity}>" : $"<sip:mcptt@{LoadOrganisation.Domain}>");
        request.Headers.Add("Call-ID", string.Create(CultureInfo.InvariantCulture, $"{method}-{_index}@{LoadOrganisation.Domain}"));
        request.Headers.Add("CSeq", string.Create(CultureInfo.InvariantCulture, $"{_sequence} {method}"));
        if (!isRegister)
            request.Headers.Add("Accept-Contact", "*;+g.3gpp.mcptt;require;explicit");
        return request;
    }

    private async Task<SipResponse> AskAsync(SipRequest request)
    {
        await _socket.SendAsync(request.ToBytes());
        while (true)
        {
            if (await ReadAsync() is SipResponse { Status: >= 200 } response)
                return response;
        }
    }

    private async Task<SipMessage> ReadAsync()
    {
        while (true)
        {
            SipFrameOutcome outcome = SipFramer.TryFrame(_buffer.AsSpan(0, _filled), SipLimits.Default, out int length);
            if (outcome is SipFrameOutcome.Message or SipFrameOutcome.Ping or SipFrameOutcome.Pong)
            {
                SipParseOutcome parsed = SipParser.TryParse(_buffer.AsSpan(0, length), SipLimits.Default, out SipMessage? message);
                _filled -= length;
                _buffer.AsSpan(length, _filled).CopyTo(_buffer);
                if (parsed == SipParseOutcome.Ok)
                    return message!;
                continue;
            }
            int received = outcome == SipFrameOutcome.NeedMore ? await _socket.ReceiveAsync(_buffer.AsMemory(_filled)) : 0;
            if (received == 0)
                throw new InvalidOperationException($"The connection of {Identity} ended ({outcome}).");
            _filled += received;
        }
    }
}
