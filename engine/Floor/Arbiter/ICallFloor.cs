using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// The floor of a call as the media plane sees it: decided here by a <see cref="FloorArbiter"/>, or by a controlling function
/// elsewhere (TS 24.380 6.5).
/// </summary>
public interface ICallFloor
{
    /// <summary>When <see cref="Expire"/> is due.</summary>
    Instant NextDeadline { get; }

    /// <summary>Of the last Floor Idle or Taken; a floor that follows this one in the same call counts on from it.</summary>
    ushort MessageSequenceNumber { get; }

    /// <summary>The session of a participant is set up; the SDP exchange may have been a floor request.</summary>
    FloorOutcome Join(
        int participant, in FloorParticipantProfile profile, bool implicitRequest, Instant now, FloorEffects effects);

    /// <summary>The session of a participant ended; unknown numbers are ignored.</summary>
    void Leave(int participant, Instant now, FloorEffects effects);

    /// <summary>A decrypted datagram of the participant.</summary>
    FloorOutcome Receive(int participant, ReadOnlySpan<byte> datagram, Instant now, FloorEffects effects);

    /// <summary>One RTP packet with payload of the participant. True = forward it.</summary>
    bool ReceiveMedia(int participant, Instant now, FloorEffects effects);

    /// <summary>True while media of the participant is forwarded.</summary>
    bool MaySendMedia(int participant);

    /// <summary>Fires what is due.</summary>
    void Expire(Instant now, FloorEffects effects);

    /// <summary>Call release step 1: no floor messages and no media any more.</summary>
    void ReleaseCall(Instant now, FloorEffects effects);

    /// <summary>Call release step 2: the machines end.</summary>
    void CompleteRelease();
}
