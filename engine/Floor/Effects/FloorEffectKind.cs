namespace MediaEngine.Floor;

/// <summary>What a floor machine asks its caller to do, or tells it.</summary>
public enum FloorEffectKind
{
    /// <summary>Send the message to the participant (from a participant: to the floor control server).</summary>
    Send,

    /// <summary>Non-controlling function: send the message to the controlling function.</summary>
    SendToControllingFunction,

    /// <summary>Multicast: send the message on the bearer's general purpose subchannel.</summary>
    SendOnBearer,

    /// <summary>Multicast: send the message once on the group's subchannel, for all who listen.</summary>
    SendOnSubchannel,

    /// <summary>Multicast: media goes on the group's subchannel, too, and by unicast only to who does not listen.</summary>
    SubchannelMapped,

    /// <summary>Multicast: media goes by unicast to everybody.</summary>
    SubchannelUnmapped,

    /// <summary>The participant may send media from now on; everybody else may not.</summary>
    FloorTaken,

    /// <summary>The participant may send media too: multi-talker, dual floor.</summary>
    TalkerAdded,

    /// <summary>The participant may not send media any more; others still may.</summary>
    TalkerEnded,

    /// <summary>Nobody may send media.</summary>
    FloorIdle,

    /// <summary>T4: no activity; the caller may release the call.</summary>
    CallInactive,

    /// <summary>T8 gave up on this participant; disconnecting it is recommended.</summary>
    ParticipantUnresponsive,

    /// <summary>
    /// The participant sent what it has no right to: a message only the server sends, or a request it is not authorised for; see
    /// <see cref="FloorEffect.MessageType"/>. It was discarded; a Floor Request that claimed too much counted as a normal one.
    /// </summary>
    NotAllowed,

    /// <summary>The participant asks not to get media over unicast.</summary>
    UnicastMediaStopped,

    /// <summary>The participant asks for media over unicast again.</summary>
    UnicastMediaResumed,

    /// <summary>Participant: media may be sent; see <see cref="FloorEffect.Duration_s"/>.</summary>
    FloorGrantedToMe,

    /// <summary>Participant: a queued request has its turn; a push to talk before T132 accepts it.</summary>
    QueuedFloorOffered,

    /// <summary>Participant: see <see cref="FloorEffect.Cause"/>.</summary>
    FloorDenied,

    /// <summary>Participant: stop sending media at once; see <see cref="FloorEffect.Cause"/>.</summary>
    FloorRevoked,

    /// <summary>Participant: somebody talks; the machine knows who.</summary>
    TalkerChanged,

    /// <summary>Participant: see <see cref="FloorEffect.QueuePosition"/>.</summary>
    QueuePosition,

    /// <summary>Participant: nobody talks.</summary>
    FloorFree,

    /// <summary>Participant: an authorised user took the waiting request out of the queue.</summary>
    RequestCancelled,

    /// <summary>Participant: what became of taking requests out of the queue; the response state is the cause.</summary>
    QueueCancelResult,

    /// <summary>Participant: the floor request, or the place in the queue, got no answer or is gone.</summary>
    RequestTimedOut,

    /// <summary>Participant: the floor is given back.</summary>
    ReleaseCompleted,
}
