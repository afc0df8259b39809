using System.Net;
using System.Net.Sockets;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Server;
using MediaEngine.Sip;
using MediaEngine.Srtp;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>A member in a call with sockets of its own: it sends whatever it is told, under whatever key.</summary>
internal sealed class RawMember : IDisposable
{
    /// <summary>Of its floor control, unless another is wanted.</summary>
    public const uint FloorSsrc = 0x0F0F_0F0F;

    private const int Payload_octets = 160;

    private readonly RawSip _sip;
    private readonly SrtpReceiver _floorReceiver = new(SrtpPolicy.Control, ClientServerKey.Mki_bytes);
    private readonly SrtpSender _floorSender;
    private readonly SrtpSender _mediaSender;
    private ushort _sequence;

    private RawMember(RawSip sip)
    {
        _sip = sip;
        using SrtpMasterKey control = sip.Profile.ClientServerKey!.DeriveControlKey();
        _floorReceiver.TryAddKey(control);
        _floorSender = new SrtpSender(control, SrtpPolicy.Control);
        using SrtpMasterKey media = MediaKeyOf(sip.Profile.McpttId);
        _mediaSender = new SrtpSender(media, SrtpPolicy.GroupMedia);
    }

    public UdpClient Audio { get; } = new(new IPEndPoint(IPAddress.Loopback, 0));

    public UdpClient Floor { get; } = new(new IPEndPoint(IPAddress.Loopback, 0));

    /// <summary>The server's answer.</summary>
    public SessionDescription Agreed { get; private set; } = null!;

    public ClientProfile Profile => _sip.Profile;

    /// <summary>Registers, affiliates to fire-1 and calls it; another member must be there to answer.</summary>
    public static async Task<RawMember> CallAsync(HostileSystem system, string name, string parameters = "mc_queueing")
    {
        RawSip sip = await RawSip.ConnectAsync(system, name);
        Assert.Equal(200, (await sip.RequestAsync(sip.Register)).Status);
        Assert.Equal(200, (await sip.ExchangeAsync(sip.Publish(EmbeddedOrganisation.FireGroup))).Status);
        var member = new RawMember(sip);
        SipResponse answer = await sip.CallAsync(
            EmbeddedOrganisation.FireGroup, (IPEndPoint)member.Audio.Client.LocalEndPoint!, (IPEndPoint)member.Floor.Client.LocalEndPoint!, parameters);
        Assert.True(SessionDescription.TryParse(MultipartBody.PartsOf(answer).First(part => part.MediaType == ContentTypes.Sdp).Body, out SessionDescription agreed, out _));
        member.Agreed = agreed;
        return member;
    }

    /// <summary>The group's key for a sender of that name: every member can derive everybody's.</summary>
    public SrtpMasterKey MediaKeyOf(string mcpttId)
    {
        GroupMasterKey key = Profile.KeyOf(EmbeddedOrganisation.FireGroup)!;
        return key.DeriveMediaKey(key.GukIdFor(mcpttId));
    }

    /// <summary>The next media packet of this member.</summary>
    public byte[] Media() => Protect(_mediaSender, _sequence++);

    public static byte[] Protect(SrtpSender sender, ushort sequence)
    {
        byte[] packet = new byte[RtpHeader.FixedLength_bytes + Payload_octets + sender.MaxOverhead_bytes];
        int header = new RtpHeader { PayloadType = 8, SequenceNumber = sequence, Timestamp = sequence * 160u, Ssrc = 0x0B0B_0B0B }.WriteFixed(packet);
        Assert.Equal(SrtpOutcome.Ok, sender.Protect(packet, header + Payload_octets, out int length));
        return packet[..length];
    }

    /// <summary>The next floor control datagram of this member, or, with <paramref name="sender"/>, under another key.</summary>
    public byte[] FloorMessage(FloorMessageType type, SrtpSender? sender = null, uint ssrc = FloorSsrc)
    {
        byte[] datagram = PlainFloorMessage(type, ssrc);
        int plain = datagram.Length;
        Array.Resize(ref datagram, plain + 64);
        Assert.Equal(SrtpOutcome.Ok, (sender ?? _floorSender).ProtectRtcp(datagram, plain, out int length));
        return datagram[..length];
    }

    public static byte[] PlainFloorMessage(FloorMessageType type, uint ssrc = FloorSsrc)
    {
        byte[] message = new byte[256];
        var writer = new FloorMessageWriter(message, type, ackRequired: false, ssrc);
        return message[..writer.Complete()];
    }

    /// <summary>The next floor control message of that type: its datagram and the cause it gives.</summary>
    public async Task<(byte[] Datagram, ushort Cause)> ReceiveFloorAsync(FloorMessageType type)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            byte[] datagram = (await Floor.ReceiveAsync(limit.Token)).Buffer;
            if (CauseOf(datagram, type) is { } cause)
                return (datagram, cause);
        }
    }

    public void Dispose()
    {
        Audio.Dispose();
        Floor.Dispose();
        _floorReceiver.Dispose();
        _floorSender.Dispose();
        _mediaSender.Dispose();
        _sip.Dispose();
    }

    private ushort? CauseOf(byte[] datagram, FloorMessageType type)
    {
        byte[] opened = new byte[datagram.Length];
        Assert.Equal(SrtpOutcome.Ok, _floorReceiver.UnprotectRtcp(datagram, opened, out int length));
        Assert.Equal(FloorOutcome.Ok, MediaEngine.Floor.FloorMessage.TryParse(opened.AsSpan(0, length), out FloorMessage message, out _));
        if (message.Type != type)
            return null;
        return message.TryGetRejectCause(out ushort cause, out _) ? cause : (ushort)0;
    }
}
