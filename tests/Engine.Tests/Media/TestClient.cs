using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using MediaEngine.Rtp;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>One MC client: makes protected packets, opens those it gets.</summary>
internal sealed class TestClient : IDisposable
{
    private const int Payload_bytes = 40;

    private readonly SrtpSender _floorSender;
    private readonly SrtpReceiver _floorReceiver;
    private readonly Dictionary<uint, SrtpSender> _mediaSenders = [];
    private readonly GroupMediaReceiver _mediaReceiver = new(SrtpPolicy.GroupMedia);
    private ushort _sequence;
    private uint _lastLeg;

    public TestClient(int number, IPEndPoint? audio = null, IPEndPoint? floor = null)
    {
        Number = number;
        McpttId = $"sip:user{number}@example.org";
        Audio = audio ?? new IPEndPoint(IPAddress.Parse($"192.0.2.{number}"), 5000);
        Floor = floor ?? new IPEndPoint(IPAddress.Parse($"192.0.2.{number}"), 5002);
        ControlKey = new ClientServerKey(
            new KeyIdentifier(0x2000_0000 + (uint)number), Octets(number, 16), Octets(number + 1, 16));
        using SrtpMasterKey control = ControlKey.DeriveControlKey();
        _floorSender = new SrtpSender(control, SrtpPolicy.Control);
        _floorReceiver = new SrtpReceiver(SrtpPolicy.Control, ClientServerKey.Mki_bytes);
        Assert.True(_floorReceiver.TryAddKey(control));
    }

    public int Number { get; }

    public string McpttId { get; }

    public IPEndPoint Audio { get; }

    public IPEndPoint Floor { get; }

    public ClientServerKey ControlKey { get; }

    public uint FloorSsrc => 0xF000_0000 + (uint)Number;

    public uint AudioSsrc => 0xA000_0000 + (uint)Number;

    public SocketAddressKey AudioKey => SocketAddressKey.From(Audio);

    public SocketAddressKey FloorKey => SocketAddressKey.From(Floor);

    public static byte[] Octets(int seed, int length)
    {
        byte[] octets = new byte[length];
        new Random(seed).NextBytes(octets);
        return octets;
    }

    public static GroupMasterKey GroupKey(uint id) => new(new KeyIdentifier(id), Octets((int)id, 16), Octets(99, 16));

    /// <summary>A leg with a server SSRC of its own.</summary>
    public AddLeg Leg(CallId call, LegDelivery delivery = LegDelivery.Unicast, bool implicitRequest = false) => new(
        call, new LegId(Number), McpttId, Audio, Floor, CopyOfControlKey(), ServerSsrcOf(++_lastLeg), delivery,
        new FloorParticipantProfile { McpttId = McpttId, QueueingNegotiated = true, AudioSsrc = AudioSsrc }, implicitRequest);

    /// <summary>One user's clients have different floor ports and one CSK.</summary>
    private uint ServerSsrcOf(uint leg) => (uint)Floor.Port << 16 | leg;

    /// <summary>A protected floor control message without fields.</summary>
    public byte[] FloorPacket(FloorMessageType type, uint? ssrc = null)
    {
        byte[] buffer = new byte[256];
        int length = new FloorMessageWriter(buffer, type, ackRequired: false, ssrc ?? FloorSsrc).Complete();
        return ProtectFloor(buffer, length);
    }

    public byte[] ProtectFloor(byte[] buffer, int length)
    {
        Assert.Equal(SrtpOutcome.Ok, _floorSender.ProtectRtcp(buffer, length, out int protectedLength));
        return buffer[..protectedLength];
    }

    /// <summary>The next media packet under the GMK, as this user or as another one.</summary>
    public byte[] MediaPacket(GroupMasterKey key, string? asUser = null, uint? ssrc = null, int payload_bytes = Payload_bytes)
    {
        KeyIdentifier gukId = key.GukIdFor(asUser ?? McpttId);
        if (!_mediaSenders.TryGetValue(gukId.Value, out SrtpSender? sender))
        {
            using SrtpMasterKey master = key.DeriveMediaKey(gukId);
            _mediaSenders.Add(gukId.Value, sender = new SrtpSender(master, SrtpPolicy.GroupMedia));
        }
        byte[] buffer = new byte[256];
        new RtpHeader { PayloadType = 96, SequenceNumber = ++_sequence, Ssrc = ssrc ?? AudioSsrc }.WriteFixed(buffer);
        buffer.AsSpan(RtpHeader.FixedLength_bytes, payload_bytes).Fill((byte)Number);
        int length = RtpHeader.FixedLength_bytes + payload_bytes;
        Assert.Equal(SrtpOutcome.Ok, sender.Protect(buffer, length, out int protectedLength));
        return buffer[..protectedLength];
    }

    /// <summary>Opens a message of the server and returns it in clear; fails the test when it does not open.</summary>
    public byte[] OpenFloor(ReadOnlySpan<byte> packet)
    {
        byte[] plain = new byte[packet.Length];
        Assert.Equal(SrtpOutcome.Ok, _floorReceiver.UnprotectRtcp(packet, plain, out int length));
        return plain[..length];
    }

    public FloorMessageType OpenFloorType(ReadOnlySpan<byte> packet)
    {
        Assert.Equal(FloorOutcome.Ok, FloorMessage.TryParse(OpenFloor(packet), out FloorMessage message, out _));
        return message.Type;
    }

    public void Expect(GroupMasterKey key)
    {
        Span<byte> octets = stackalloc byte[16];
        key.CopyKeyTo(octets);
        _mediaReceiver.AddGroupKey(new GroupMasterKey(key.Id, octets, key.Rand));
    }

    /// <summary>Opens group media and returns who sent it.</summary>
    public KeyIdentifier OpenMedia(ReadOnlySpan<byte> packet)
    {
        byte[] plain = new byte[packet.Length];
        Assert.Equal(SrtpOutcome.Ok, _mediaReceiver.Unprotect(packet, plain, out _, out KeyIdentifier sender));
        return sender;
    }

    public void Dispose()
    {
        _floorSender.Dispose();
        _floorReceiver.Dispose();
        _mediaReceiver.Dispose();
        foreach (SrtpSender sender in _mediaSenders.Values)
            sender.Dispose();
        ControlKey.Dispose();
    }

    private ClientServerKey CopyOfControlKey()
    {
        Span<byte> octets = stackalloc byte[16];
        ControlKey.CopyKeyTo(octets);
        return new ClientServerKey(ControlKey.Id, octets, ControlKey.Rand);
    }
}
