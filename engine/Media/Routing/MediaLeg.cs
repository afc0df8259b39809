using System.Buffers.Binary;
using MediaEngine.Floor;
using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>One participant of a call.</summary>
internal sealed class MediaLeg : IDisposable
{
    private readonly List<(KeyIdentifier GmkId, ulong Mki)> _mediaKeys = [];

    /// <param name="command">Who it is.</param>
    /// <param name="call">Where it takes part.</param>
    /// <param name="control">Its CSK; the ring's to release.</param>
    /// <param name="maxKeys">GMKs at one time.</param>
    public MediaLeg(AddLeg command, MediaCall call, ControlKey control, int maxKeys)
    {
        McpttId = command.McpttId;
        Call = call;
        Id = command.Leg;
        Profile = command.Profile;
        ServerSsrc = command.ServerSsrc;
        Control = control;
        Audio = new LegFlow(this, SocketAddressKey.From(command.Audio)) { Ssrc = command.Profile.AudioSsrc };
        FloorSsrc = command.FloorSsrc;
        Floor = new LegFlow(this, SocketAddressKey.From(command.Floor), control.Receiver) { Ssrc = FloorSsrc };
        TalkingReport = new FloorChanged(call.Id, Id);
        FloorSender = control.CreateSender(ServerSsrc);
        MediaReceiver = new SrtpReceiver(
            SrtpPolicy.GroupMedia with { MaxStreams = MaxMediaSsrcs, MaxKeys = maxKeys }, GroupMasterKey.Mki_bytes);
    }

    /// <param name="peer">The other function.</param>
    /// <param name="profile">What was negotiated with it.</param>
    /// <param name="call">Where it takes part.</param>
    /// <param name="control">The SPK; the ring's to release.</param>
    /// <param name="limits">How many senders behind it.</param>
    public MediaLeg(FunctionPeer peer, FloorParticipantProfile profile, MediaCall call, ControlKey control, RouterLimits limits)
    {
        McpttId = profile.McpttId;
        Call = call;
        Id = peer.Leg;
        Profile = profile;
        ServerSsrc = peer.ServerSsrc;
        Control = control;
        Audio = new LegFlow(this, SocketAddressKey.From(peer.Audio));
        FloorSsrc = peer.PeerSsrc;
        Function = new FunctionLink(control, limits);
        Floor = new LegFlow(this, SocketAddressKey.From(peer.Floor), Function.FloorReceiver) { Ssrc = FloorSsrc };
        TalkingReport = new FloorChanged(call.Id, Id);
        FloorSender = control.CreateSender(ServerSsrc);
        MediaReceiver = new SrtpReceiver(SrtpPolicy.GroupMedia, GroupMasterKey.Mki_bytes);
    }

    /// <summary>SSRCs a leg may use under one GMK; an endpoint that restarts its stream takes a new one.</summary>
    public static int MaxMediaSsrcs => 64;

    /// <summary>The only SSRC of its floor control messages; 0 = it named none.</summary>
    public uint FloorSsrc { get; }

    public MediaCall Call { get; }

    public LegId Id { get; }

    public string McpttId { get; }

    /// <summary>The participant asked for no unicast media (TS 24.380 8.2.16).</summary>
    public bool UnicastStopped { get; set; }

    public ControlKey Control { get; }

    public uint ServerSsrc { get; }

    /// <summary>What it negotiated for floor control.</summary>
    public FloorParticipantProfile Profile { get; }

    /// <summary>What a leg to another function of a temporary group call has more; null for a participant.</summary>
    public FunctionLink? Function { get; }

    public LegFlow Audio { get; }

    public LegFlow Floor { get; }

    public SrtcpSender FloorSender { get; }

    public SrtpReceiver MediaReceiver { get; }

    /// <summary>One object for the life of the leg, so that a change of talker allocates nothing.</summary>
    public FloorChanged TalkingReport { get; }

    public FloorRefusals Refusals { get; } = new();

    /// <summary>Its place in <see cref="FloorPaths"/>.</summary>
    public int FloorPlace { get; set; }

    /// <summary>Its place in <see cref="UnicastTargets"/>, -1 when it has none.</summary>
    public int TargetIndex { get; set; } = -1;

    /// <summary>Derives the leg's own media key of this GMK; returns its MKI.</summary>
    public ulong AddMediaKey(GroupMasterKey groupKey)
    {
        using SrtpMasterKey master = groupKey.DeriveMediaKey(groupKey.GukIdFor(McpttId));
        MediaReceiver.TryAddKey(master);
        ulong mki = BinaryPrimitives.ReadUInt64BigEndian(master.Mki);
        _mediaKeys.Add((groupKey.Id, mki));
        return mki;
    }

    /// <summary>Zeroes what came of this GMK; returns its MKI.</summary>
    public ulong RemoveMediaKey(KeyIdentifier gmkId)
    {
        int index = _mediaKeys.FindIndex(key => key.GmkId == gmkId);
        ulong mki = _mediaKeys[index].Mki;
        Span<byte> octets = stackalloc byte[GroupMasterKey.Mki_bytes];
        BinaryPrimitives.WriteUInt64BigEndian(octets, mki);
        MediaReceiver.RemoveKey(octets);
        _mediaKeys.RemoveAt(index);
        return mki;
    }

    public void Dispose()
    {
        MediaReceiver.Dispose();
        FloorSender.Dispose();
        Function?.Dispose();
    }
}
