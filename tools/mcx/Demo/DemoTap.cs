using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Sip;
using MediaEngine.Srtp;

namespace MediaEngine.Tool;

/// <summary>
/// Follows one demo client: every datagram goes into the capture, every SIP message and every floor message, opened with the
/// client's own CSK, into the ladder. A multicast packet reaches several clients; only one of them records it.
/// </summary>
internal sealed class DemoTap : IEndpointTap, IDisposable
{
    private const int MaxDatagram_bytes = 2048;
    private const string Server = "server";

    private readonly string _name;
    private readonly string _mcpttId;
    private readonly CaptureKeys _keys;
    private readonly LadderView _ladder;
    private readonly PcapTap _capture;
    private readonly bool _recordsMulticast;
    private readonly SrtpReceiver _floor = new(SrtpPolicy.Control, ClientServerKey.Mki_bytes);
    private readonly byte[] _plain = new byte[MaxDatagram_bytes];
    private readonly Lock _lock = new();
    private readonly Dictionary<(IPEndPoint, IPEndPoint), List<byte>> _streams = [];
    private bool _inBurst;
    private string? _mappingShown;

    /// <param name="keys">Gets the keys of the capture; shared by all clients.</param>
    public DemoTap(string name, string mcpttId, LadderView ladder, PcapWriter capture, CaptureKeys keys, bool recordsMulticast)
    {
        _name = name;
        _mcpttId = mcpttId;
        _keys = keys;
        _ladder = ladder;
        _capture = new PcapTap(capture);
        _recordsMulticast = recordsMulticast;
    }

    public void Sip(SipTransportKind transport, IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> message)
    {
        _capture.Sip(transport, source, destination, sent, message);
        if (transport == SipTransportKind.Udp)
        {
            Show(sent, message);
            return;
        }
        lock (_lock)
        {
            List<byte> stream = StreamOf(source, destination);
            stream.AddRange(message);
            while (SipFramer.TryFrame(CollectionsMarshal.AsSpan(stream), SipLimits.Default, out int length)
                is SipFrameOutcome.Message or SipFrameOutcome.Ping or SipFrameOutcome.Pong)
            {
                Show(sent, CollectionsMarshal.AsSpan(stream)[..length]);
                stream.RemoveRange(0, length);
            }
        }
    }

    public void Media(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
        bool multicast = !sent && destination.Address.GetAddressBytes()[0] is >= 224 and <= 239;
        if (!multicast || _recordsMulticast)
            _capture.Media(source, destination, sent, datagram);
        // A burst is one arrow: its first packet.
        if (!_inBurst)
            Message(sent, $"SRTP media{(multicast ? $" by multicast {destination}" : string.Empty)} …");
        _inBurst = true;
    }

    public void Floor(IPEndPoint source, IPEndPoint destination, bool sent, ReadOnlySpan<byte> datagram)
    {
        bool multicast = !sent && destination.Address.GetAddressBytes()[0] is >= 224 and <= 239;
        if (!multicast || _recordsMulticast)
            _capture.Floor(source, destination, sent, datagram);
        lock (_lock)
        {
            if (_floor.UnprotectRtcp(datagram, _plain, out int length) != SrtpOutcome.Ok)
            {
                Message(sent, "a floor datagram that does not authenticate");
                return;
            }
            if (SubchannelMessage.TryParse(_plain.AsSpan(0, length), out SubchannelMessage control, out _) == FloorOutcome.Ok)
            {
                ShowMapping(control);
                return;
            }
            ReadOnlySpan<byte> rest = _plain.AsSpan(0, length);
            while (rest.Length > 0 && FloorMessage.TryParse(rest, out FloorMessage message, out int consumed) == FloorOutcome.Ok)
            {
                Message(sent, $"{Describe(message)}{(multicast ? $" by multicast {destination}" : string.Empty)}");
                rest = rest[consumed..];
            }
        }
    }

    public void KeyHeld(GroupMasterKey key)
    {
        lock (_keys)
            _keys.AddGroupKey(key, [_mcpttId]);
    }

    public void KeyHeld(ClientServerKey key)
    {
        lock (_keys)
            _keys.AddClientServerKey(key, _mcpttId);
        using SrtpMasterKey control = key.DeriveControlKey();
        lock (_lock)
            _floor.TryAddKey(control);
    }

    public void KeyHeld(McxKey key)
    {
        lock (_keys)
            _keys.AddMulticastKey(key);
        using SrtpMasterKey control = key.DeriveMasterKey(CryptoSession.McpttMulticastSignalling, key.Id);
        lock (_lock)
            _floor.TryAddKey(control);
    }

    /// <summary>The next burst gets an arrow of its own.</summary>
    public void EndBurst() => _inBurst = false;

    public void Dispose() => _floor.Dispose();

    // They are repeated as long as the conversation lasts: the first is enough.
    private void ShowMapping(in SubchannelMessage message)
    {
        if (!message.TryGetMcpttGroupId(out ReadOnlySpan<byte> group))
            return;
        string text = $"{(message.Type == SubchannelMessageType.MapGroupToBearer ? "Map" : "Unmap")} Group To Bearer {User(Encoding.UTF8.GetString(group))}";
        if (text != _mappingShown)
            Message(sent: false, text);
        _mappingShown = text;
    }

    private List<byte> StreamOf(IPEndPoint source, IPEndPoint destination)
    {
        if (!_streams.TryGetValue((source, destination), out List<byte>? stream))
            _streams[(source, destination)] = stream = [];
        return stream;
    }

    private void Show(bool sent, ReadOnlySpan<byte> message)
    {
        if (SipParser.TryParse(message, SipLimits.Default, out SipMessage? parsed) == SipParseOutcome.Ok)
            Message(sent, Describe(parsed!));
    }

    private void Message(bool sent, string what) => _ladder.Message(sent ? _name : Server, sent ? Server : _name, what);

    private static string Describe(SipMessage message)
    {
        if (message is SipResponse response)
        {
            string warning = response.Headers.Get("Warning") is { } text ? $" (Warning {text.Split('"')[1]})" : string.Empty;
            return $"{response.Status} {response.Reason} ({response.CSeq.Method}){warning}";
        }
        var request = (SipRequest)message;
        foreach (MimePart part in MultipartBody.PartsOf(request))
        {
            if (part.MediaType == ContentTypes.Mikey && MikeyMessage.TryParse(part.Body.Span, out MikeyMessage keyMessage) == MikeyError.None)
            {
                KeyIdentifier id = keyMessage.Header.BundleId;
                return $"{request.Method} with I_MESSAGE: {KeyName(id.Purpose)} {id}";
            }
            if (part.MediaType == ContentTypes.MbmsUsageInfo && MbmsUsageInfo.TryParse(part.Body, out MbmsUsageInfo usage, out _))
                return $"{request.Method} {Describe(usage)}";
            if (part.MediaType == ContentTypes.McpttRegroup && RegroupBody.TryParse(part.Body, out RegroupBody body, out _) == RegroupBodyOutcome.Ok)
                return $"{request.Method} preconfigured regroup {(body.Action == RegroupAction.Create ? "request" : "cancel request")} {User(body.RegroupUri)}";
            if (part.MediaType == ContentTypes.Pidf && AffiliationDocument.TryParse(part.Body, out AffiliationDocument document, out _))
                return $"{request.Method} affiliation to {string.Join(", ", document.Groups.Select(User))}";
            if (part.MediaType == ContentTypes.McpttInfo && request.Method == SipMethods.Invite && McpttInfo.TryParse(part.Body, out McpttInfo info, out _))
                return $"{request.Method} group call {User(info.CallingGroupId ?? info.RequestUri ?? string.Empty)}";
        }
        return request.Method;
    }

    private static string KeyName(KeyPurpose purpose) => purpose switch
    {
        KeyPurpose.GroupMasterKey => "GMK for GUK-ID",
        KeyPurpose.MulticastSignallingKey => "MuSiK",
        _ => "CSK",
    };

    private static string Describe(MbmsUsageInfo usage) => usage.Report is { } report
        ? $"listening report: {(report.Listens ? "listening" : "not listening")} to {(report.GeneralPurpose ? "the bearer" : "the call's subchannel")}"
        : $"bearer announcement TMGI {usage.Announcement!.Tmgi}";

    private static string Describe(in FloorMessage message)
    {
        string text = $"Floor {message.Type switch
        {
            FloorMessageType.QueuePositionInfo => "Queue Position Info",
            FloorMessageType.QueuePositionRequest => "Queue Position Request",
            FloorMessageType type => type.ToString(),
        }}";
        if (message.Type == FloorMessageType.Taken && message.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> talker))
            text += $" by {User(Encoding.UTF8.GetString(talker))}";
        if (message.Type == FloorMessageType.QueuePositionInfo && message.TryGetQueueInfo(out byte position, out _))
            text += $", position {position}";
        return text;
    }

    private static string User(string uri) => SipUri.TryParse(uri, out SipUri? parsed) ? parsed.User : uri;
}
