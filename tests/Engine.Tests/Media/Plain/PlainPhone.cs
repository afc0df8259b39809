using System.Net;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using MediaEngine.Rtp;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>A telephone: G.711 and telephone events, in clear or under SDES keys. Its legs are numbered by the test.</summary>
internal sealed class PlainPhone
{
    public const byte TelephoneEvent = 101;
    private static uint s_lastAudioSsrc = 0xB000_0000;

    private readonly SrtpSender? _sender;
    private readonly SrtpReceiver? _receiver;
    private readonly SrtpProfile? _profile;
    private ushort _sequence = 65_000;

    public PlainPhone(int number, SrtpProfile? profile = null)
    {
        Number = number;
        _profile = profile;
        Audio = new IPEndPoint(IPAddress.Parse($"192.0.2.{number}"), 7078);
        AudioSsrc = ++s_lastAudioSsrc;
        if (profile is null)
            return;
        using SdesKeyPair keys = Keys(mine: true)!;
        using SrtpMasterKey send = keys.CreateSendKey(), receive = keys.CreateReceiveKey();
        _sender = new SrtpSender(send, new SrtpPolicy(profile.Value));
        _receiver = new SrtpReceiver(new SrtpPolicy(profile.Value), mkiLength_bytes: 0);
        _receiver.TryAddKey(receive);
    }

    public int Number { get; }

    public string McpttId => $"sip:phone{Number}@example.org";

    public IPEndPoint Audio { get; set; }

    /// <summary>Of its voice in the group.</summary>
    public uint AudioSsrc { get; }

    public uint EndpointSsrc => 0xC000_0000 + (uint)Number;

    public uint OwnSsrc { get; set; } = 0x1234_5678;

    public uint Timestamp { get; set; } = 0xFFFF_FF00;

    public AddPlainLeg Leg(PlainTalkPolicy? talk = null) => new(
        RouterHarness.Call, new LegId(Number), McpttId, Media(), AudioSsrc, EndpointSsrc, talk ?? new PlainTalkPolicy(),
        new FloorParticipantProfile { McpttId = McpttId, QueueingNegotiated = true, AudioSsrc = AudioSsrc });

    public PlainMedia Media() => new() { Audio = Audio, Keys = Keys(mine: false), TelephoneEvent = TelephoneEvent };

    /// <summary>20 ms of voice; all codes are <paramref name="code"/>.</summary>
    public byte[] Voice(byte code, byte payloadType = G711.PayloadType)
    {
        byte[] voice = new byte[G711.Packet_samples];
        voice.AsSpan().Fill(code);
        return Packet(voice, payloadType, Timestamp += G711.Packet_samples);
    }

    /// <summary>One packet of a press of the star key that began at <paramref name="timestamp"/>.</summary>
    public byte[] Event(uint timestamp, bool end) => Packet([10, (byte)(end ? 0x8A : 0x0A), 0, 160], TelephoneEvent, timestamp);

    public byte[] Packet(ReadOnlySpan<byte> payload, byte payloadType, uint timestamp)
    {
        byte[] buffer = new byte[512];
        new RtpHeader { PayloadType = payloadType, SequenceNumber = ++_sequence, Timestamp = timestamp, Ssrc = OwnSsrc }.WriteFixed(buffer);
        payload.CopyTo(buffer.AsSpan(RtpHeader.FixedLength_bytes));
        int length = RtpHeader.FixedLength_bytes + payload.Length;
        if (_sender is not null)
            Assert.Equal(SrtpOutcome.Ok, _sender.Protect(buffer, length, out length));
        return buffer[..length];
    }

    /// <summary>Opens what the server sent; fails the test when it does not open.</summary>
    public (RtpHeader Header, byte[] Voice) Open(ReadOnlySpan<byte> packet)
    {
        byte[] plain = packet.ToArray();
        int length = plain.Length;
        if (_receiver is not null)
            Assert.Equal(SrtpOutcome.Ok, _receiver.Unprotect(packet, plain, out length));
        Assert.True(RtpHeader.TryParse(plain.AsSpan(0, length), out RtpHeader header));
        Assert.Equal(EndpointSsrc, header.Ssrc);
        Assert.Equal(G711.PayloadType, header.PayloadType);
        return (header, plain[header.Length_bytes..length]);
    }

    private SdesKeyPair? Keys(bool mine)
    {
        if (_profile is not { } profile)
            return null;
        byte[] phone = TestClient.Octets(Number, SdesKeyPair.Length_bytes(profile));
        byte[] server = TestClient.Octets(1000 + Number, SdesKeyPair.Length_bytes(profile));
        return mine ? new SdesKeyPair(profile, phone, server) : new SdesKeyPair(profile, server, phone);
    }
}
