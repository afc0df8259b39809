using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// Multicast delivery of one group call (TS 24.380 4.1.3, 6.4.2, 10): when the group is mapped to a subchannel, and who is told by
/// unicast and who by multicast. It stands behind the floor control server: <see cref="Route"/> changes where its messages go.
/// Pure; owned by one thread.
/// </summary>
public sealed class SubchannelControl
{
    private readonly SubchannelOptions _options;
    private readonly byte[] _groupId;
    private readonly Dictionary<int, Receiver> _receivers = [];
    private readonly TimerTable<Timer> _timers = new();
    private int _monitors;
    private Instant _conversationEnd = Instant.Zero;
    private int _c17;

    /// <summary>Counts the mappings: a report that a subchannel is listened to holds until it is given back.</summary>
    private int _mapping;

    /// <exception cref="ArgumentException">A timer, counter, address or identity is out of range.</exception>
    public SubchannelControl(SubchannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _groupId = FloorText.Encode(options.GroupId, nameof(options.GroupId));
    }

    private enum Timer
    {
        T15,
        T16,
        T17,
    }

    public SubchannelState State { get; private set; } = SubchannelState.Unmapped;

    /// <summary>Who could be reached by multicast once the group is mapped.</summary>
    public int MonitorCount => _monitors;

    public Instant NextDeadline => _timers.NextDeadline;

    /// <summary>True when floor messages for all, and media, reach this participant by multicast.</summary>
    public bool IsReachedByMulticast(int participant) =>
        State == SubchannelState.Mapped && _receivers.TryGetValue(participant, out Receiver receiver) &&
        CanListen(receiver) && receiver.ListensTo == _mapping;

    /// <param name="participant">As the floor control server numbers it.</param>
    /// <param name="hasMulticastKey">The client can open what is protected with the group's multicast key (MuSiK).</param>
    public void Join(int participant, bool hasMulticastKey) => Set(participant, new Receiver(hasMulticastKey));

    public void Leave(int participant, Instant now, FloorEffects effects)
    {
        if (_receivers.Remove(participant, out Receiver receiver) && CanListen(receiver))
            _monitors--;
        UnmapForNobody(now, effects);
    }

    /// <summary>
    /// The client reports whether it listens on the general purpose subchannel (24.379 14.2.3), where it would hear Map Group To
    /// Bearer: the last one that was missing has a conversation mapped. Unknown numbers are ignored.
    /// </summary>
    public void ReportMonitoring(int participant, bool monitors, Instant now, FloorEffects effects)
    {
        if (!_receivers.TryGetValue(participant, out Receiver receiver))
            return;
        Set(participant, receiver with { Monitors = monitors });
        UnmapForNobody(now, effects);
        if (now < _conversationEnd)
            Map(now, effects);
    }

    /// <summary>
    /// The client reports whether it listens on the group's subchannel: from then on, and until the group is unmapped, unicast is
    /// not needed. Means nothing unless the group is mapped.
    /// </summary>
    public void ReportListening(int participant, bool listens)
    {
        if (State == SubchannelState.Mapped && _receivers.TryGetValue(participant, out Receiver receiver))
            _receivers[participant] = receiver with { ListensTo = listens ? _mapping : 0 };
    }

    /// <summary>Somebody got the floor or sends media: the conversation goes on, on the subchannel if enough listen.</summary>
    public void ConversationContinues(Instant now, FloorEffects effects)
    {
        _conversationEnd = now + _options.T15;
        if (State == SubchannelState.Mapped)
            _timers.Start(Timer.T15, now, _options.T15);
        else
            Map(now, effects);
    }

    /// <summary>
    /// Floor Idle, Taken and Release Multi Talker go once over the subchannel instead of to each participant that listens there;
    /// everything else stays unicast (6.4.2). Changes the effects in place.
    /// </summary>
    public void Route(FloorEffects effects)
    {
        if (State != SubchannelState.Mapped)
            return;
        int kept = 0;
        int sentMessage = -1;
        Span<FloorEffect> all = effects.All;
        foreach (FloorEffect effect in all)
        {
            bool byMulticast = effect.Kind == FloorEffectKind.Send && IsForAll(effect.MessageType) &&
                IsReachedByMulticast(effect.Participant);
            if (!byMulticast)
                all[kept++] = effect;
            else if (effect.MessageOffset != sentMessage)
            {
                sentMessage = effect.MessageOffset;
                all[kept++] = effect with { Kind = FloorEffectKind.SendOnSubchannel, Participant = 0 };
            }
        }
        effects.Truncate(kept);
    }

    /// <summary>The call is over: the subchannel is given back.</summary>
    public void EndCall(Instant now, FloorEffects effects)
    {
        _conversationEnd = Instant.Zero;
        if (State == SubchannelState.Mapped)
            Unmap(now, effects);
    }

    /// <summary>Fires what is due.</summary>
    public void Expire(Instant now, FloorEffects effects)
    {
        while (_timers.TryTakeExpired(now, out Timer timer))
        {
            switch (timer)
            {
                case Timer.T15: // silence
                    Unmap(now, effects);
                    break;
                case Timer.T16: // for those who begin to listen late
                    SendMap(effects);
                    _timers.Start(Timer.T16, now, _options.T16);
                    break;
                case Timer.T17 when _c17 < _options.C17:
                    _c17++;
                    SendUnmap(effects);
                    _timers.Start(Timer.T17, now, _options.T17);
                    break;
                case Timer.T17:
                    State = SubchannelState.Unmapped;
                    break;
            }
        }
    }

    private void Map(Instant now, FloorEffects effects)
    {
        if (State == SubchannelState.Mapped || _monitors < _options.MinimumListeners)
            return;
        _timers.StopAll();
        State = SubchannelState.Mapped;
        _mapping++;
        effects.Add(FloorEffectKind.SubchannelMapped);
        SendMap(effects);
        _timers.Start(Timer.T16, now, _options.T16);
        _timers.Start(Timer.T15, now, _conversationEnd - now);
    }

    private static bool IsForAll(FloorMessageType type) =>
        type is FloorMessageType.Idle or FloorMessageType.Taken or FloorMessageType.ReleaseMultiTalker;

    private bool CanListen(Receiver receiver) =>
        receiver.Monitors && (receiver.HasMulticastKey || !_options.ProtectionRequired);

    private void Set(int participant, Receiver receiver)
    {
        if (_receivers.TryGetValue(participant, out Receiver before) && CanListen(before))
            _monitors--;
        if (CanListen(receiver))
            _monitors++;
        _receivers[participant] = receiver;
    }

    private void UnmapForNobody(Instant now, FloorEffects effects)
    {
        if (State == SubchannelState.Mapped && _monitors == 0)
            Unmap(now, effects);
    }

    private void Unmap(Instant now, FloorEffects effects)
    {
        _timers.StopAll();
        State = SubchannelState.Unmapping;
        effects.Add(FloorEffectKind.SubchannelUnmapped);
        SendUnmap(effects);
        _c17 = 1;
        _timers.Start(Timer.T17, now, _options.T17);
    }

    private void SendMap(FloorEffects effects)
    {
        SubchannelMessageWriter writer = effects.BeginSubchannel(SubchannelMessageType.MapGroupToBearer, _options.Ssrc);
        writer.AddMcpttGroupId(_groupId);
        writer.AddTmgi(_options.Tmgi.Span);
        writer.AddMbmsSubchannel(_options.Subchannel);
        effects.AddOnBearer(writer);
    }

    private void SendUnmap(FloorEffects effects)
    {
        SubchannelMessageWriter writer = effects.BeginSubchannel(SubchannelMessageType.UnmapGroupToBearer, _options.Ssrc);
        writer.AddMcpttGroupId(_groupId);
        effects.AddOnBearer(writer);
    }

    /// <param name="Monitors">Listens on the general purpose subchannel.</param>
    /// <param name="ListensTo">The mapping whose subchannel it listens to; 0 = none.</param>
    private readonly record struct Receiver(bool HasMulticastKey, bool Monitors = false, int ListensTo = 0);
}
