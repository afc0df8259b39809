using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;
using MediaEngine.Srtp;

namespace MediaEngine.Interop.Tests;

/// <summary>A client written with the keys library alone: it uploads its CSK, takes GMKs, answers calls and sends media.</summary>
internal sealed class KeyedClient : IDisposable
{
    private readonly RawSip _sip;
    private readonly IdentityKeys _identity;
    private readonly MikeySakkeOpener _opener;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<SipResponse>> _awaited = new();
    private readonly ConcurrentQueue<OpenedMikeyMessage> _opened = new();
    private readonly SrtpReceiver _floorReceiver = new(SrtpPolicy.Control, ClientServerKey.Mki_bytes);
    private readonly SrtpSender _floorSender;
    private readonly Task _reading;

    private KeyedClient(RawSip sip, IdentityKeys identity)
    {
        _sip = sip;
        _identity = identity;
        var replays = new MikeyReplayCache(1000, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        _opener = new MikeySakkeOpener(identity.Uri, identity.Kms, identity.TrustedKms, identity, identity, replays, MikeyOpenPolicy.Strict);
        Csk = McxKey.Create(KeyPurpose.ClientServerKey, SystemEntropy.Instance);
        using SrtpMasterKey control = Csk.DeriveMasterKey(CryptoSession.McpttClientServer, Csk.Id);
        _floorReceiver.TryAddKey(control);
        _floorSender = new SrtpSender(control, SrtpPolicy.Control);
        _reading = ReadAsync();
    }

    public McxKey Csk { get; }

    public IdentityKeys Identity => _identity;

    public UdpClient Audio { get; } = new(new IPEndPoint(IPAddress.Loopback, 0));

    public UdpClient Floor { get; } = new(new IPEndPoint(IPAddress.Loopback, 0));

    /// <summary>What was opened, in the order it came.</summary>
    public IReadOnlyCollection<OpenedMikeyMessage> Opened => _opened;

    /// <summary>Why messages did not open.</summary>
    public ConcurrentQueue<MikeyError> Refused { get; } = new();

    public static async Task<KeyedClient> ConnectAsync(HostileSystem system, string name, TestKms kms)
    {
        RawSip sip = await RawSip.ConnectAsync(system, name);
        return new KeyedClient(sip, kms.Issue(sip.Profile.McpttId));
    }

    /// <summary>Registers with this MIKEY message, or with a good one.</summary>
    public Task<SipResponse> RegisterAsync(byte[]? upload = null)
    {
        upload ??= TestKms.Upload(_identity, Csk);
        return RequestAsync(() =>
        {
            SipRequest request = _sip.Register();
            request.SetBody(string.Empty, MultipartBody.Compose([new MimePart(ContentTypes.McpttInfo, request.Body), new MimePart(ContentTypes.Mikey, upload)], out string type));
            request.Headers.Set("Content-Type", type);
            return request;
        });
    }

    public Task<SipResponse> AffiliateAsync(string group) => RequestAsync(() => _sip.Publish(group));

    public Task<SipResponse> RotateAsync(string group) => RequestAsync(() =>
    {
        SipRequest request = _sip.New(SipMethods.Message, "sip:gms@mcx.example");
        request.SetBody(ContentTypes.KeyRotation, new KeyRotationBody(group).Serialise());
        return request;
    });

    public async Task CallAsync(string group)
    {
        SipRequest? sent = null;
        SipResponse ok = await RequestAsync(() => sent = _sip.Invite(group, EndPointOf(Audio), EndPointOf(Floor)));
        Assert.Equal(200, ok.Status);
        SipRequest ack = SipDialog.FromClient(sent!, ok).CreateAck(sent!.CSeq.Number);
        ack.Headers.AddFirst("Via", $"SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK{Guid.NewGuid():n}");
        await _sip.SendAsync(ack.ToBytes());
    }

    /// <summary>Waits for the n-th key of the group, counted without renewals of one that was there.</summary>
    public async Task<McxKey> KeyAsync(string group, int number)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            McxKey[] keys = [.. _opened.Select(opened => opened.Key).Where(key => key.GroupIds.Contains(group)).DistinctBy(key => key.Id)];
            if (keys.Length >= number)
                return keys[number - 1];
            await Task.Delay(10, limit.Token);
        }
    }

    /// <summary>Asks for the floor and waits until it has it; both messages are under the uploaded CSK.</summary>
    public async Task TakeFloorAsync(IPEndPoint server)
    {
        byte[] datagram = RawMember.PlainFloorMessage(FloorMessageType.Request);
        int plain = datagram.Length;
        Array.Resize(ref datagram, plain + 64);
        Assert.Equal(SrtpOutcome.Ok, _floorSender.ProtectRtcp(datagram, plain, out int length));
        await Floor.SendAsync(datagram.AsMemory(0, length), server);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            byte[] answer = (await Floor.ReceiveAsync(limit.Token)).Buffer;
            byte[] opened = new byte[answer.Length];
            Assert.Equal(SrtpOutcome.Ok, _floorReceiver.UnprotectRtcp(answer, opened, out length));
            Assert.Equal(FloorOutcome.Ok, FloorMessage.TryParse(opened.AsSpan(0, length), out FloorMessage message, out _));
            if (message.Type == FloorMessageType.Granted)
                return;
        }
    }

    /// <summary>A sender of this client's media under a GMK.</summary>
    public SrtpSender MediaSender(McxKey gmk)
    {
        using SrtpMasterKey master = gmk.DeriveMasterKey(CryptoSession.McpttGroupCall, gmk.BundleIdFor(_identity.Uri));
        return new SrtpSender(master, SrtpPolicy.GroupMedia);
    }

    public void Dispose()
    {
        _sip.Dispose();
        _reading.Wait();
        Audio.Dispose();
        Floor.Dispose();
        _floorReceiver.Dispose();
        _floorSender.Dispose();
        Csk.Dispose();
        foreach (OpenedMikeyMessage opened in _opened)
            opened.Dispose();
    }

    private static IPEndPoint EndPointOf(UdpClient client) => (IPEndPoint)client.Client.LocalEndPoint!;

    private async Task<SipResponse> RequestAsync(Func<SipRequest> make)
    {
        SipResponse response = await ExchangeAsync(make());
        if (response.Status != 401)
            return response;
        SipRequest again = make();
        _sip.Authorise(again, response);
        return await ExchangeAsync(again);
    }

    private async Task<SipResponse> ExchangeAsync(SipRequest request)
    {
        var answer = new TaskCompletionSource<SipResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited[request.CallId] = answer;
        await _sip.SendAsync(request.ToBytes());
        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _sip.ReadAsync() is { } message)
            {
                if (message is SipResponse { IsProvisional: false } response && _awaited.TryRemove(response.CallId, out TaskCompletionSource<SipResponse>? answer))
                    answer.SetResult(response);
                else if (message is SipRequest request && request.Method != SipMethods.Ack)
                    await _sip.SendAsync(Answer(request).ToBytes());
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or IOException or SocketException)
        {
            // The test is over, or its own time limit says what is missing.
        }
    }

    private SipResponse Answer(SipRequest request)
    {
        SipResponse ok = SipResponse.For(request, 200, toTag: "keyed");
        if (request.Method == SipMethods.Invite)
        {
            ok.Headers.Add("Contact", _sip.Contact);
            ok.SetBody(ContentTypes.Sdp, RawSip.Describe(EndPointOf(Audio), EndPointOf(Floor)).Serialise());
        }
        if (MultipartBody.PartsOf(request).FirstOrDefault(part => part.MediaType == ContentTypes.Mikey) is not { } mikey)
            return ok;
        MikeyError error = _opener.TryOpen(mikey.Body.Span, KeyPurpose.GroupMasterKey, TestKms.Gms, DateTimeOffset.UtcNow, null, out OpenedMikeyMessage? opened, out _);
        if (opened is not null)
        {
            _opened.Enqueue(opened);
            return ok;
        }
        Refused.Enqueue(error);
        SipResponse refusal = SipResponse.For(request, 403, toTag: "keyed");
        refusal.Headers.Add("Warning", new SipWarning(399, "client", error.ToString()).ToString());
        return refusal;
    }
}
