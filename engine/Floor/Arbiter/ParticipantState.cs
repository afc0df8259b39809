using System.Text;
using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// One participant of the call and the state of the machine towards it (TS 24.380 6.3.5), with what the general machine tells
/// that machine: Idle, Taken, Granted, Revoke. A participant behind a non-controlling function has one while it wants or has the
/// floor; its messages go to the function with its Track Info.
/// </summary>
internal sealed class ParticipantState
{
    public StoredField TrackInfo;
    public StoredField FunctionalAlias;
    public StoredField Location;

    private readonly ParticipantTable _table;
    private readonly int _number;
    private readonly FloorParticipantProfile? _profile;
    private readonly byte[]? _mcpttId;
    private StoredField _references;
    private StoredField _userId;
    private bool _trackQueueing;
    private FloorServerParticipantState? _own = FloorServerParticipantState.StartStop;
    private Instant _t8 = Instant.Never;
    private Instant _ackDeadline = Instant.Never;

    public ParticipantState(int number, FloorParticipantProfile profile, ParticipantTable table)
    {
        _number = number;
        _profile = profile;
        _mcpttId = FloorText.Encode(profile.McpttId, nameof(profile.McpttId));
        _table = table;
    }

    /// <summary>Room for a participant behind a non-controlling function.</summary>
    public ParticipantState(ParticipantTable table) => _table = table;

    /// <summary>The non-controlling function in front of this participant.</summary>
    public ParticipantState? Function { get; private set; }

    public int Number => Function?.Number ?? _number;

    public FloorParticipantProfile Profile => _profile ?? Function!.Profile;

    public ReadOnlyMemory<byte> McpttId => _mcpttId ?? _userId.Memory;

    /// <summary>The MCPTT ID as text. Allocates.</summary>
    public string Name => Encoding.UTF8.GetString(McpttId.Span);

    public bool QueueingNegotiated => Function is null ? Profile.QueueingNegotiated : _trackQueueing;

    /// <summary>0 = not announced.</summary>
    public uint AudioSsrc => Function is null ? Profile.AudioSsrc : 0;

    /// <summary>Its own, or that of all who are not permitted.</summary>
    public FloorServerParticipantState State => _own ?? _table.NotPermitted;

    /// <summary>The permission to send media, while there is one.</summary>
    public FloorTalker? Talker { get; private set; }

    /// <summary>Its session, or that of the function in front of it, is there.</summary>
    public bool IsReachable { get; set; } = true;

    /// <summary>Place in the participant table.</summary>
    public int Index { get; set; }

    /// <summary>The cause of the stored Floor Revoke, resent by T8.</summary>
    public ushort RevokeCause { get; private set; }

    /// <summary>The cause of the last Floor Deny.</summary>
    public ushort DenyCause { get; set; }

    /// <summary>How many times the stored Floor Revoke was sent.</summary>
    public int C8 { get; set; }

    /// <summary>When media last arrived without permission.</summary>
    public Instant LastForbiddenMedia { get; set; }

    /// <summary>Until when media without permission counts as in flight.</summary>
    public Instant MediaInFlightUntil { get; set; } = new(long.MinValue);

    /// <summary>T9: until when requests are denied.</summary>
    public Instant RetryAfter { get; set; } = new(long.MinValue);

    public bool IsQueued { get; set; }

    /// <summary>Since when its request waits, while it does.</summary>
    public Instant QueuedSince { get; private set; }

    /// <summary>A request to take others out of the queue means this one; a mark for the length of that request.</summary>
    public bool IsListed { get; set; }

    /// <summary>The location told is of a type whose size is known.</summary>
    public bool HasKnownLocation => Location.IsPresent && !Location.Value.IsEmpty &&
        FloorLocation.ContentLength_bytes(Location.Value[0]) == Location.Value.Length - 1;

    /// <summary>The message a Floor Ack is expected for.</summary>
    public FloorMessageType? Unacknowledged { get; private set; }

    /// <summary>How many times <see cref="Unacknowledged"/> was sent.</summary>
    public int AckAttempts { get; set; }

    public Instant T8
    {
        get => _t8;
        private set => SetTimer(ref _t8, value);
    }

    public Instant AckDeadline
    {
        get => _ackDeadline;
        private set => SetTimer(ref _ackDeadline, value);
    }

    /// <summary>Neither wants the floor nor has it.</summary>
    public bool IsAtRest => Talker is null && !IsQueued && T8.IsNever;

    public void BeginBehind(ParticipantState function, in FloorTrackInfo trackInfo)
    {
        Function = function;
        _references.Set(trackInfo.References);
        _userId.Set(function.McpttId.Span);
        TrackInfo.Clear();
        FunctionalAlias.Clear();
        Location.Clear();
        MediaInFlightUntil = RetryAfter = new Instant(long.MinValue);
        FollowFloor();
    }

    public bool IsBehind(ParticipantState function, in FloorTrackInfo trackInfo) =>
        Function == function && _references.Value.SequenceEqual(trackInfo.References);

    /// <summary>What a Floor Request tells about its sender.</summary>
    public void TakeFrom(in FloorMessage request)
    {
        TrackInfo.TakeFrom(request, FloorField.TrackInfo);
        FunctionalAlias.TakeFrom(request, FloorField.FunctionalAlias);
        Location.TakeFrom(request, FloorField.Location);
        if (Function is null)
            return;
        _trackQueueing = request.TryGetTrackInfo(out FloorTrackInfo trackInfo) && trackInfo.Queueing;
        if (request.TryGetUserId(out ReadOnlySpan<byte> user))
            _userId.Set(user);
    }

    /// <summary>From now on its state is that of all who are not permitted, whatever the floor does.</summary>
    public void FollowFloor() => Enter(null);

    /// <summary>Its request goes into the queue, or changes there.</summary>
    public void WillWait(Instant now)
    {
        if (!IsQueued)
            QueuedSince = now;
    }

    public void Granted(FloorTalker talker)
    {
        Talker = talker;
        Enter(FloorServerParticipantState.U_Permitted);
        // Media of this session is permitted from now on: T8 must not revoke it.
        if (Function is { State: FloorServerParticipantState.U_NotPermittedButSendsMedia } function)
            function.FollowFloor();
    }

    /// <summary>The permission is over, whether the session goes on or not.</summary>
    public void EndTalk()
    {
        Talker = null;
        if (_own is FloorServerParticipantState.U_Permitted or FloorServerParticipantState.U_PendingFloorRevoke)
            FollowFloor();
    }

    public void Revoked(ushort cause, Instant now, TimeSpan t8)
    {
        bool permitted = State == FloorServerParticipantState.U_Permitted;
        Enter(permitted ? FloorServerParticipantState.U_PendingFloorRevoke
            : FloorServerParticipantState.U_NotPermittedButSendsMedia);
        RevokeCause = cause;
        C8 = 1;
        StartT8(now, t8);
    }

    public void Release()
    {
        StopTimers();
        Enter(FloorServerParticipantState.Releasing);
    }

    public void Stop() => Enter(FloorServerParticipantState.StartStop);

    public void StartT8(Instant now, TimeSpan duration) => T8 = now + duration;

    public void ExpectAck(FloorMessageType type, Instant deadline)
    {
        AckAttempts = 1;
        Unacknowledged = type;
        AckDeadline = deadline;
    }

    public void TakeAck(FloorMessageType type)
    {
        if (Unacknowledged == type)
            StopExpectingAck();
    }

    public void StopExpectingAck()
    {
        Unacknowledged = null;
        AckDeadline = Instant.Never;
    }

    /// <summary>Nothing is expected any more.</summary>
    public void StopTimers()
    {
        T8 = Instant.Never;
        StopExpectingAck();
    }

    /// <summary>Stops the earliest timer if it is due.</summary>
    public bool TryTakeExpired(Instant now, out bool isT8)
    {
        isT8 = T8 <= AckDeadline;
        Instant due = isT8 ? T8 : AckDeadline;
        if (due > now || due.IsNever)
            return false;
        if (isT8)
            T8 = Instant.Never;
        else
            AckDeadline = Instant.Never;
        return true;
    }

    private void Enter(FloorServerParticipantState? own)
    {
        if (!_t8.IsNever)
            T8 = Instant.Never;
        _own = own;
    }

    private void SetTimer(ref Instant timer, Instant value)
    {
        _table.RunningTimers += (timer.IsNever ? 1 : 0) - (value.IsNever ? 1 : 0);
        timer = value;
    }
}
