using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;
using MediaEngine.Srtp;

namespace MediaEngine.Simulation.Tests;

/// <summary>A client's media in one call: floor participant, numbered packets out, checked packets in.</summary>
internal sealed class SimCall : IDisposable
{
    private const int Payload_bytes = 160;
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    private readonly SimWorld _world;
    private readonly SimNetwork _network;
    private readonly FloorChecker _checker;
    private readonly byte _talker;
    private readonly SimKeyRing _keys;
    private readonly Dictionary<KeyIdentifier, GroupMasterKey> _accepted = [];
    private readonly ClientServerKey _clientServerKey;
    private SrtpSender? _mediaSender;
    private KeyIdentifier _sendingKey;
    private readonly GroupMediaReceiver _mediaReceiver = new(SrtpPolicy.GroupMedia);
    private readonly SrtpSender _floorSender;
    private readonly SrtpReceiver _floorReceiver;
    private readonly FloorParticipant _participant;
    private readonly FloorEffects _effects = new();
    private readonly Alarm _alarm;
    private readonly byte[] _buffer = new byte[2048];
    private readonly HashSet<(byte Talker, uint Ssrc, uint Number)> _heard = [];
    private readonly uint _audioSsrc;
    private ushort _sequence;
    private uint _sent;
    private int _spurt;
    private readonly SrtpReceiver _subchannelReceiver = new(SrtpPolicy.Control, KeyIdentifier.Length_bytes);
    private readonly HashSet<KeyIdentifier> _floorKeys = [];
    private SimMapping? _mapping;
    private IPEndPoint? _remoteAudio;
    private IPEndPoint? _remoteFloor;

    public SimCall(SimWorld world, SimNetwork network, FloorChecker checker, string name, string group, IPAddress address, int port,
        SimKeyRing keys, ClientServerKey clientServerKey, SeededEntropy entropy, SimFault fault)
    {
        _world = world;
        _network = network;
        _checker = checker;
        Group = group;
        Name = name;
        _talker = (byte)Array.IndexOf(SimOrganisation.Names, name);
        Audio = new IPEndPoint(address, port);
        FloorControl = new IPEndPoint(address, port + 2);
        _keys = keys;
        _clientServerKey = clientServerKey;
        using SrtpMasterKey control = _clientServerKey.DeriveControlKey();
        _floorSender = new SrtpSender(control, SrtpPolicy.Control);
        _floorReceiver = new SrtpReceiver(SrtpPolicy.Control, ClientServerKey.Mki_bytes);
        _floorReceiver.TryAddKey(control);
        _audioSsrc = fault == SimFault.RepeatMediaNonce ? 0x1234_5600u + _talker : entropy.NextUInt32();
        // Near the end of the number space, so that calls see a rollover.
        _sequence = (ushort)(fault == SimFault.RepeatMediaNonce ? 65_500 : 65_536 - entropy.NextUInt32() % 200);
        _participant = new FloorParticipant(new FloorParticipantOptions
        {
            Ssrc = entropy.NextUInt32(),
            Priority = SimOrganisation.Priority(name),
            AcceptQueuedGrantAutomatically = true,
        });
        _alarm = new Alarm(world, () => _participant.NextDeadline, () => Step(() => _participant.Expire(_world.Now, _effects)));
    }

    /// <summary>The group whose key protects a call to this group.</summary>
    public static string KeyGroupOf(string group) => group == SimOrganisation.Regroup ? SimOrganisation.Preconfigured : group;

    public string Name { get; }

    public string Group { get; }

    public IPEndPoint Audio { get; }

    public IPEndPoint FloorControl { get; }

    public SipDialog? Dialog { get; set; }

    /// <summary>Null in a call that this client placed: its INVITE has its own transaction.</summary>
    public SipTransactionId? ServerInvite { get; set; }

    public bool Ended { get; private set; }

    public int Grants { get; private set; }

    public bool HasFloor => _participant.State == FloorParticipantState.U_HasPermission;

    public bool IsAtRest => _participant.State == FloorParticipantState.U_HasNoPermission;

    public uint Sent_packets => _sent;

    public int Heard_packets => _heard.Count;

    /// <summary>How many of a talker's packets arrived here, each once.</summary>
    public int HeardFrom(SimCall talker) => _heard.Count(packet => packet.Ssrc == talker._audioSsrc);

    public SessionDescription Describe(bool implicitRequest)
    {
        string floor = $"mc_queueing;mc_priority={SimOrganisation.Priority(Name)};mc_ssrc={_audioSsrc.ToString(CultureInfo.InvariantCulture)}";
        List<MediaDescription> media =
        [
            new() { Kind = "audio", Port = Audio.Port, Protocol = "RTP/SAVP", Format = "8", Attributes = ["rtpmap:8 PCMA/8000"] },
            new() { Kind = "application", Port = FloorControl.Port, Protocol = "udp", Format = "MCPTT", Attributes = [$"fmtp:MCPTT {floor}{(implicitRequest ? ";mc_implicit_request" : "")}"] },
        ];
        return new SessionDescription { OriginUser = Name, SessionId = _audioSsrc, Connection = Audio.Address, Media = media };
    }

    public void Start(SessionDescription remote, bool implicitRequest)
    {
        _remoteAudio = remote.EndPointOf(remote.Audio!);
        _remoteFloor = remote.EndPointOf(remote.FloorControl!);
        _network.Open(Audio, (_, packet) => ReceiveMedia(packet, fromBearer: false));
        _network.Open(FloorControl, (_, packet) => ReceiveFloor(packet));
        _participant.Start(implicitRequest, _world.Now);
        _alarm.Update();
    }

    /// <summary>True when it listens where the group is mapped to from now on.</summary>
    public bool Listen(SimMapping? mapping)
    {
        if (Ended || mapping == _mapping)
            return false;
        LeaveSubchannel();
        _mapping = mapping;
        if (mapping is null)
            return false;
        _network.Join(mapping.Media, Audio, packet => ReceiveMedia(packet, fromBearer: true));
        _network.Join(mapping.Floor, FloorControl, ReceiveSubchannelFloor);
        return true;
    }

    private void LeaveSubchannel()
    {
        if (_mapping is null)
            return;
        _network.Leave(_mapping.Media, Audio);
        _network.Leave(_mapping.Floor, FloorControl);
    }

    public void Press() => Step(() => _participant.PushToTalk(_world.Now, _effects));

    public void Release() => Step(() => _participant.ReleaseToTalk(_world.Now, _effects));

    public void Dispose()
    {
        if (Ended)
            return;
        Ended = true;
        _spurt++;
        _alarm.Stop();
        _network.Close(Audio);
        _network.Close(FloorControl);
        LeaveSubchannel();
        _subchannelReceiver.Dispose();
        _mediaSender?.Dispose();
        _mediaReceiver.Dispose();
        _floorSender.Dispose();
        _floorReceiver.Dispose();
        foreach (GroupMasterKey key in _accepted.Values)
            key.Dispose();
        _clientServerKey.Dispose();
    }

    public override string ToString() => $"{Name} in {Group}";

    private void Step(Action step)
    {
        if (Ended)
            return;
        step();
        for (int i = 0; i < _effects.Count; i++)
            Apply(_effects[i]);
        _effects.Clear();
        _alarm.Update();
    }

    private void Apply(in FloorEffect effect)
    {
        switch (effect.Kind)
        {
            case FloorEffectKind.Send:
                byte[] buffer = new byte[1024];
                ReadOnlySpan<byte> message = _effects.Message(effect);
                message.CopyTo(buffer);
                if (_floorSender.ProtectRtcp(buffer, message.Length, out int length) != SrtpOutcome.Ok)
                    throw new SimulationException($"{this} cannot protect a floor message");
                _checker.ClientSentFloor(buffer.AsSpan(0, length).ToArray());
                _network.Send("floor", FloorControl, _remoteFloor!, buffer[..length]);
                break;
            case FloorEffectKind.FloorGrantedToMe:
                _world.Note($"{this} may talk");
                Grants++;
                Talk(++_spurt);
                break;
        }
    }

    private void Talk(int spurt)
    {
        if (Ended || spurt != _spurt || !HasFloor)
            return;
        SrtpSender sender = SenderUnderNewestKey();
        byte[] buffer = new byte[512];
        int length = new RtpHeader { PayloadType = 8, SequenceNumber = _sequence++, Timestamp = _sent * Payload_bytes, Ssrc = _audioSsrc }.WriteFixed(buffer);
        buffer[length] = _talker;
        BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(length + 1), _sent++);
        if (sender.Protect(buffer, length + Payload_bytes, out int protectedLength) != SrtpOutcome.Ok)
            throw new SimulationException($"{this} cannot protect packet {_sent}");
        byte[] packet = buffer[..protectedLength];
        _checker.ClientSentMedia(packet, Audio);
        _network.Send("media", Audio, _remoteAudio!, packet);
        _world.After(PacketTime, () => Talk(spurt));
    }

    // The SSRC stays, the key changes: at its activation, between two packets.
    private SrtpSender SenderUnderNewestKey()
    {
        McxKey key = _keys.ForSending(KeyGroupOf(Group)) ?? throw new SimulationException($"{this} has no key to send under");
        if (_mediaSender is not null && key.Id == _sendingKey)
            return _mediaSender;
        _mediaSender?.Dispose();
        _sendingKey = key.Id;
        using SrtpMasterKey media = key.DeriveMasterKey(CryptoSession.McpttGroupCall, key.BundleIdFor(_keys.McpttId));
        return _mediaSender = new SrtpSender(media, SrtpPolicy.GroupMedia);
    }

    private GroupMasterKey? Accept(KeyIdentifier id)
    {
        if (_keys.Find(id) is not { } held)
            return null;
        if (!_accepted.TryGetValue(id, out GroupMasterKey? key))
        {
            _accepted[id] = key = held.ToGroupMasterKey();
            _mediaReceiver.AddGroupKey(key);
        }
        return key;
    }

    private void ReceiveFloor(byte[] packet)
    {
        SrtpOutcome outcome = _floorReceiver.UnprotectRtcp(packet, _buffer, out int length);
        if (outcome is SrtpOutcome.Replayed or SrtpOutcome.TooOld)
            return;
        if (outcome != SrtpOutcome.Ok)
            throw new SimulationException($"{this} cannot open floor control: {outcome}");
        Step(() => _participant.Receive(_buffer.AsSpan(0, length), _world.Now, _effects));
    }

    private void ReceiveSubchannelFloor(byte[] packet)
    {
        if (Ended || !SrtpReceiver.TryReadRtcpMki(packet, KeyIdentifier.Length_bytes, out ReadOnlySpan<byte> mki))
            return;
        // A key that has not come yet, or that of another call that has the address now.
        if (_keys.Find(KeyIdentifier.Read(mki)) is not { } key || !key.GroupIds.Contains(KeyGroupOf(Group)))
            return;
        if (_floorKeys.Add(key.Id))
        {
            using SrtpMasterKey master = key.DeriveMasterKey(CryptoSession.McpttMulticastSignalling, key.Id);
            _subchannelReceiver.TryAddKey(master);
        }
        SrtpOutcome outcome = _subchannelReceiver.UnprotectRtcp(packet, _buffer, out int length);
        if (outcome is SrtpOutcome.Replayed or SrtpOutcome.TooOld)
            return;
        if (outcome != SrtpOutcome.Ok)
            throw new SimulationException($"{this} cannot open floor control of the subchannel: {outcome}");
        if (FloorMessage.TryParse(_buffer.AsSpan(0, length), out FloorMessage message, out _) == FloorOutcome.Ok && message.Type == FloorMessageType.Taken &&
            message.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> talker) && System.Text.Encoding.UTF8.GetString(talker) == SimOrganisation.McpttId(Name))
            return;
        Step(() => _participant.Receive(_buffer.AsSpan(0, length), _world.Now, _effects));
    }

    private void ReceiveMedia(byte[] packet, bool fromBearer)
    {
        // The bearer brings our own packets back.
        if (Ended || (fromBearer && NonceChecker.ReadMedia(packet).Ssrc == _audioSsrc))
            return;
        // Under a key that has not come yet, or has ended on the packet's way.
        if (Accept(new KeyIdentifier((uint)(NonceChecker.ReadMedia(packet).Mki >> 32))) is not { } gmk)
            return;
        SrtpOutcome outcome = _mediaReceiver.Unprotect(packet, _buffer, out int length, out KeyIdentifier sender);
        // A call that died with the server does not know it, and its bearer carries another call now.
        if (outcome is SrtpOutcome.Replayed or SrtpOutcome.TooOld || (fromBearer && outcome == SrtpOutcome.UnknownMki))
            return;
        if (outcome != SrtpOutcome.Ok || !RtpHeader.TryParse(_buffer.AsSpan(0, length), out RtpHeader header) || length != header.Length_bytes + Payload_bytes)
            throw new SimulationException($"{this} cannot open media: {outcome}");
        byte talker = _buffer[header.Length_bytes];
        uint number = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(header.Length_bytes + 1));
        // A call of ours that the server has forgotten still listens to the bearer, which brings what we say in the next one.
        if (fromBearer && talker == _talker)
            return;
        if (talker >= SimOrganisation.Names.Length || talker == _talker || sender != gmk.GukIdFor(SimOrganisation.McpttId(SimOrganisation.Names[talker])))
            throw new SimulationException($"{this} hears {talker} under another's key, or itself");
        if (!_heard.Add((talker, header.Ssrc, number)))
            throw new SimulationException($"{this} hears packet {number} of {SimOrganisation.Names[talker]} twice");
        _world.Trace.Heard(_world.Now, _talker, talker, number);
        Step(() => _participant.ReceiveMedia(_world.Now, _effects));
    }
}
