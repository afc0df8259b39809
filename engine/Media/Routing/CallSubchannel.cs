using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>A call's place on its bearer: the machine that maps it, and the two senders of what is said there.</summary>
internal sealed class CallSubchannel : IDisposable
{
    private readonly SocketAddressKey _generalPurpose;
    private readonly SrtpSender _controlSender;
    private SrtpSender _floorSender;

    /// <summary>Takes ownership of nothing: the keys are derived from and stay the command's.</summary>
    /// <param name="queue">Leads to the bearer.</param>
    /// <exception cref="ArgumentException">A timer, counter, identity or key is not what it should be.</exception>
    public CallSubchannel(MulticastSubchannel subchannel, string groupIdentity, SendQueue queue)
    {
        Queue = queue;
        Bearer = subchannel.Bearer;
        Media = SocketAddressKey.From(subchannel.Media);
        Floor = SocketAddressKey.From(subchannel.Floor);
        _generalPurpose = SocketAddressKey.From(subchannel.Bearer.GeneralPurpose);
        Control = new SubchannelControl(new SubchannelOptions
        {
            Ssrc = subchannel.ControlKey.Ssrc,
            GroupId = groupIdentity,
            Tmgi = subchannel.Tmgi,
            FloorPort = Floor.Port,
            MediaPort = Media.Port,
            Address = subchannel.Media.Address.GetAddressBytes(),
            // Numbers of the lines in the announcement, whose first is the general purpose subchannel's.
            AudioMediaLine = 2,
            FloorMediaLine = 3,
            MinimumListeners = subchannel.MinimumListeners,
            T15 = subchannel.T15,
            T16 = subchannel.T16,
            T17 = subchannel.T17,
            C17 = subchannel.C17,
        });
        FloorSsrc = subchannel.FloorKey.Ssrc;
        _floorSender = SenderOf(subchannel.FloorKey.Key);
        _controlSender = SenderOf(subchannel.ControlKey.Key);
    }

    public SubchannelControl Control { get; }

    public MulticastBearer Bearer { get; }

    public SendQueue Queue { get; }

    public SocketAddressKey Media { get; }

    public SocketAddressKey Floor { get; }

    /// <summary>In the header of floor messages on the subchannel.</summary>
    public uint FloorSsrc { get; private set; }

    public bool IsMapped => Control.State == SubchannelState.Mapped;

    /// <summary>What the floor machine asked for goes to the subchannel as far as it may; who got the floor is a conversation.</summary>
    public void Process(FloorEffects effects, Instant now)
    {
        for (int i = 0; i < effects.Count; i++)
        {
            if (effects[i].Kind is not (FloorEffectKind.FloorTaken or FloorEffectKind.TalkerAdded))
                continue;
            Control.ConversationContinues(now, effects);
            break;
        }
        Control.Route(effects);
    }

    /// <summary>Protects the floor message in <c>buffer[..length]</c>, in place, and queues it for the group's subchannel.</summary>
    /// <returns>Null when it is on its way.</returns>
    public MediaDrop? SendOnSubchannel(Span<byte> buffer, int length) => Send(_floorSender, buffer, length, Floor);

    /// <summary>The same with a Map or Unmap Group To Bearer for the general purpose subchannel.</summary>
    public MediaDrop? SendOnBearer(Span<byte> buffer, int length) => Send(_controlSender, buffer, length, _generalPurpose);

    public void ReplaceFloorKey(MulticastKey key)
    {
        SrtpSender sender = SenderOf(key.Key);
        _floorSender.Dispose();
        _floorSender = sender;
        FloorSsrc = key.Ssrc;
    }

    public void Dispose()
    {
        _floorSender.Dispose();
        _controlSender.Dispose();
    }

    private static SrtpSender SenderOf(McxKey key)
    {
        using SrtpMasterKey master = key.DeriveMasterKey(CryptoSession.McpttMulticastSignalling, key.Id);
        return new SrtpSender(master, SrtpPolicy.Control);
    }

    private MediaDrop? Send(SrtpSender sender, Span<byte> buffer, int length, SocketAddressKey destination)
    {
        if (length + sender.MaxOverhead_bytes > buffer.Length || sender.ProtectRtcp(buffer, length, out int protectedLength) != SrtpOutcome.Ok)
            return MediaDrop.Refused;
        return Queue.BeginPayload(buffer[..protectedLength]) && Queue.Add(destination) ? null : MediaDrop.QueueFull;
    }
}
