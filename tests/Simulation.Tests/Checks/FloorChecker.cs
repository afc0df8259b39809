using System.Net;
using System.Text;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Media;
using MediaEngine.Srtp;

namespace MediaEngine.Simulation.Tests;

/// <summary>
/// At most one participant's media leaves the server at one time in each call. Who that may be is taken from the floor control
/// messages the server sent before, opened with the participants' keys; the server's own variables are not asked.
/// </summary>
internal sealed class FloorChecker(SimWorld world) : IDisposable
{
    private readonly NonceChecker _nonces = new();
    private readonly Dictionary<SocketAddressKey, Leg> _legsByFloor = [];
    private readonly Dictionary<SocketAddressKey, Leg> _legsByAudio = [];
    private readonly Dictionary<(uint Mki, uint Ssrc), Leg> _legsByServerSsrc = [];
    private readonly Dictionary<SocketAddressKey, ulong> _callsByBearer = [];
    private readonly Dictionary<(uint Mki, uint Ssrc), Subchannel> _subchannels = [];
    private readonly Dictionary<ulong, Leg?> _holders = [];
    private readonly Dictionary<MediaNonce, SentPacket> _sent = [];
    private readonly HashSet<(MediaNonce, SocketAddressKey)> _forwarded = [];
    private readonly byte[] _buffer = new byte[SendQueue.MaxPayload_bytes];

    public long Forwarded_packets { get; private set; }

    /// <summary>A client protected a media packet, whether it arrives or not.</summary>
    public void ClientSentMedia(byte[] packet, IPEndPoint from)
    {
        MediaNonce nonce = NonceChecker.ReadMedia(packet);
        _nonces.MediaProtected(nonce);
        _sent.Add(nonce, new SentPacket(packet, SocketAddressKey.From(from)));
    }

    public void ClientSentFloor(byte[] packet) => _nonces.ControlProtected(packet);

    public void ServerOpensCall(MediaEffect.OpenCall call)
    {
        _holders[call.Call] = null;
        if (call.Multicast is not null)
        {
            _callsByBearer[SocketAddressKey.From(call.Multicast.Media)] = call.Call;
            AddSubchannel(call.Call, call.Multicast.FloorKey, call.Multicast.FloorSsrc);
        }
    }

    public void ServerAddsLeg(MediaEffect.AddLeg leg)
    {
        var receiver = new SrtpReceiver(SrtpPolicy.Control, ClientServerKey.Mki_bytes);
        using SrtpMasterKey key = leg.ClientServerKey.DeriveControlKey();
        receiver.TryAddKey(key);
        var added = new Leg(leg.Call, leg.Leg, leg.McpttId, receiver, SocketAddressKey.From(leg.Floor).InternetAddress);
        _legsByAudio[SocketAddressKey.From(leg.Audio)] = added;
        _legsByFloor[SocketAddressKey.From(leg.Floor)] = added;
    }

    public void ServerSendsFloor(SocketAddressKey to, ReadOnlySpan<byte> packet)
    {
        (uint Mki, uint Ssrc) stream = _nonces.ControlProtected(packet);
        // The first message to a leg goes to where signalling said; CSK and SSRC name the leg from then on. A flow may have moved
        // to another port, but only to one of the same client.
        if (!_legsByServerSsrc.TryGetValue(stream, out Leg? leg))
        {
            if (!_legsByFloor.TryGetValue(to, out leg))
                throw new SimulationException($"floor control to {to}, which is no leg");
            _legsByServerSsrc.Add(stream, leg);
        }
        if (leg.Address != to.InternetAddress)
            throw new SimulationException($"floor control of {leg} goes to {to}");
        if (leg.Control.UnprotectRtcp(packet, _buffer, out int length) != SrtpOutcome.Ok ||
            FloorMessage.TryParse(_buffer.AsSpan(0, length), out FloorMessage message, out _) != FloorOutcome.Ok)
            throw new SimulationException($"floor control to {leg} cannot be opened");
        world.Note($"floor {message.Type} to {leg}");
        switch (message.Type)
        {
            case FloorMessageType.Granted:
                _holders[leg.Call] = leg;
                break;
            case FloorMessageType.Idle:
                _holders[leg.Call] = null;
                break;
            case FloorMessageType.Taken when message.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> identity):
                string named = Encoding.UTF8.GetString(identity);
                if (_holders[leg.Call]?.McpttId != named)
                    throw new SimulationException($"{leg} was told that {named} talks, but {_holders[leg.Call]?.ToString() ?? "nobody"} was granted the floor");
                break;
        }
    }

    public void ServerReplacesFloorKey(MediaEffect.ReplaceFloorKey replaced) => AddSubchannel(replaced.Call, replaced.Key, replaced.Ssrc);

    public void ServerSendsOnBearer(SocketAddressKey to, ReadOnlySpan<byte> packet)
    {
        if (_callsByBearer.ContainsKey(to))
        {
            ServerSendsMedia(to, packet);
            return;
        }
        (uint Mki, uint Ssrc) stream = _nonces.ControlProtected(packet);
        if (new KeyIdentifier(stream.Mki).Purpose == KeyPurpose.MbmsSubchannelControlKey)
            return;
        if (!_subchannels.TryGetValue(stream, out Subchannel? subchannel))
            throw new SimulationException($"floor control to {to} under {stream}, which no call has");
        if (subchannel.Control.UnprotectRtcp(packet, _buffer, out int length) != SrtpOutcome.Ok ||
            FloorMessage.TryParse(_buffer.AsSpan(0, length), out FloorMessage message, out _) != FloorOutcome.Ok)
            throw new SimulationException($"floor control on the subchannel of call {subchannel.Call:x} cannot be opened");
        world.Note($"floor {message.Type} on the subchannel of call {subchannel.Call:x}");
        if (message.Type == FloorMessageType.Idle)
            _holders[subchannel.Call] = null;
        else if (message.Type == FloorMessageType.Taken && message.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> identity) &&
            _holders[subchannel.Call]?.McpttId != Encoding.UTF8.GetString(identity))
            throw new SimulationException($"all in call {subchannel.Call:x} were told that {Encoding.UTF8.GetString(identity)} talks, who was not granted the floor");
    }

    public void ServerSendsMedia(SocketAddressKey to, ReadOnlySpan<byte> packet)
    {
        Forwarded_packets++;
        MediaNonce nonce = NonceChecker.ReadMedia(packet);
        if (!_sent.TryGetValue(nonce, out SentPacket? sent) || !packet.SequenceEqual(sent.Octets))
            throw new SimulationException($"the server forwards {nonce}, which nobody sent");
        if (!_legsByAudio.TryGetValue(sent.From, out Leg? sender))
            throw new SimulationException($"the server forwards media of {sent.From}, which is no leg");
        if (!_callsByBearer.TryGetValue(to, out ulong call))
        {
            if (!_legsByAudio.TryGetValue(to, out Leg? receiver))
                throw new SimulationException($"the server forwards media to {to}, which is no leg");
            if (receiver == sender)
                throw new SimulationException($"{sender} gets its own media back");
            call = receiver.Call;
        }
        if (call != sender.Call)
            throw new SimulationException($"media of {sender} is forwarded into call {call:x}");
        Leg? holder = _holders.GetValueOrDefault(call);
        if (holder != sender)
            throw new SimulationException($"media of {sender} is forwarded while {holder?.ToString() ?? "nobody"} has the floor");
        if (!_forwarded.Add((nonce, to)))
            throw new SimulationException($"{nonce} is forwarded to {to} a second time");
    }

    private void AddSubchannel(ulong call, McxKey floorKey, uint ssrc)
    {
        var receiver = new SrtpReceiver(SrtpPolicy.Control, KeyIdentifier.Length_bytes);
        using SrtpMasterKey master = floorKey.DeriveMasterKey(CryptoSession.McpttMulticastSignalling, floorKey.Id);
        receiver.TryAddKey(master);
        _subchannels.Add((floorKey.Id.Value, ssrc), new Subchannel(call, receiver));
    }

    public void Dispose()
    {
        foreach (Leg leg in _legsByFloor.Values)
            leg.Control.Dispose();
        foreach (Subchannel subchannel in _subchannels.Values)
            subchannel.Control.Dispose();
    }

    private sealed record Subchannel(ulong Call, SrtpReceiver Control);

    private sealed record SentPacket(byte[] Octets, SocketAddressKey From);

    private sealed record Leg(ulong Call, int Number, string McpttId, SrtpReceiver Control, uint Address)
    {
        public override string ToString() => $"{McpttId} (leg {Number} of call {Call:x})";
    }
}
