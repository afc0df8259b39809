using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Media;
using MediaEngine.Rtp;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Media;

/// <summary>A call with clients that hold its keys and telephones that do not.</summary>
internal sealed class PlainScene
{
    public static readonly PlainTalkPolicy Toggle = new() { Mode = PlainTalkMode.Digit };
    public static readonly PlainTalkPolicy Voice = new() { Mode = PlainTalkMode.VoiceActivity };

    private readonly Dictionary<(int Client, KeyIdentifier Key), SrtpSender> _senders = [];
    private readonly Dictionary<int, (ushort Sequence, uint Timestamp)> _positions = [];
    private readonly GroupMediaReceiver _receiver = new(SrtpPolicy.GroupMedia);

    public PlainScene(FloorPolicy? policy = null, RouterLimits? limits = null)
    {
        Harness = new RouterHarness(policy, limits);
        Key = Harness.Key;
        Listen(Key);
    }

    public RouterHarness Harness { get; }

    /// <summary>What clients send under.</summary>
    public GroupMasterKey Key { get; set; }

    public PlainPhone Join(PlainPhone phone, PlainTalkPolicy? talk = null)
    {
        Harness.Router.Execute(phone.Leg(talk), Harness.Now);
        Assert.DoesNotContain(Harness.Reports, report => report is CommandRefused);
        Harness.Clear();
        return phone;
    }

    /// <summary>The group's receivers accept this GMK too.</summary>
    public void Listen(GroupMasterKey key)
    {
        Span<byte> octets = stackalloc byte[16];
        key.CopyKeyTo(octets);
        _receiver.AddGroupKey(new GroupMasterKey(key.Id, octets, key.Rand));
    }

    /// <summary>The next 20 ms of a client's voice go to the server.</summary>
    public void Talk(TestClient client, byte code, int lost_packets = 0)
    {
        Harness.Advance(TimeSpan.FromMilliseconds(20));
        if (!_senders.TryGetValue((client.Number, Key.Id), out SrtpSender? sender))
        {
            using SrtpMasterKey master = Key.DeriveMediaKey(Key.GukIdFor(client.McpttId));
            _senders[(client.Number, Key.Id)] = sender = new SrtpSender(master, SrtpPolicy.GroupMedia);
        }
        (ushort sequence, uint timestamp) = _positions.GetValueOrDefault(client.Number, ((ushort)(1000 * client.Number), 77_777u * (uint)client.Number));
        sequence += (ushort)(1 + lost_packets);
        timestamp += (uint)(G711.Packet_samples * (1 + lost_packets));
        _positions[client.Number] = (sequence, timestamp);
        byte[] buffer = new byte[256];
        new RtpHeader { PayloadType = G711.PayloadType, SequenceNumber = sequence, Timestamp = timestamp, Ssrc = client.AudioSsrc }.WriteFixed(buffer);
        buffer.AsSpan(RtpHeader.FixedLength_bytes, G711.Packet_samples).Fill(code);
        Assert.Equal(SrtpOutcome.Ok, sender.Protect(buffer, RtpHeader.FixedLength_bytes + G711.Packet_samples, out int length));
        Harness.ReceiveAudio(client.Audio, buffer[..length]);
    }

    /// <summary>A packet of the telephone arrives, 20 ms later.</summary>
    public void Send(PlainPhone phone, byte[] packet)
    {
        Harness.Advance(TimeSpan.FromMilliseconds(20));
        Harness.ReceiveAudio(phone.Audio, packet);
    }

    public void Press(PlainPhone phone)
    {
        uint timestamp = phone.Timestamp += 400;
        foreach (bool end in (bool[])[false, false, true, true, true])
            Send(phone, phone.Event(timestamp, end));
    }

    /// <summary>What the telephone was sent since the last <see cref="RouterHarness.Clear"/>.</summary>
    public List<(RtpHeader Header, byte[] Voice)> HeardBy(PlainPhone phone)
    {
        var heard = new List<(RtpHeader, byte[])>();
        for (int i = 0; i < Harness.Audio.Count; i++)
        {
            if (Harness.Audio.Destination(i).ToEndPoint().Equals(phone.Audio))
                heard.Add(phone.Open(Harness.Audio.Payload(i)));
        }
        return heard;
    }

    /// <summary>What a client was sent since then, opened under the group's keys, with the sender's GUK-ID and the GMK-ID.</summary>
    public List<(RtpHeader Header, byte[] Voice, KeyIdentifier Sender, uint GmkId)> HeardBy(TestClient client)
    {
        var heard = new List<(RtpHeader, byte[], KeyIdentifier, uint)>();
        for (int i = 0; i < Harness.Audio.Count; i++)
        {
            if (!Harness.Audio.Destination(i).ToEndPoint().Equals(client.Audio))
                continue;
            byte[] plain = new byte[512];
            ReadOnlySpan<byte> packet = Harness.Audio.Payload(i);
            Assert.Equal(SrtpOutcome.Ok, _receiver.Unprotect(packet, plain, out int length, out KeyIdentifier sender));
            Assert.True(RtpHeader.TryParse(plain, out RtpHeader header));
            Assert.True(SrtpReceiver.TryReadMki(packet, GroupMasterKey.Mki_bytes, rocPresent: true, out ReadOnlySpan<byte> mki));
            heard.Add((header, plain[header.Length_bytes..length], sender, KeyIdentifier.Read(mki).Value));
        }
        return heard;
    }
}
