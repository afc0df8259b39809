using MediaEngine.Floor;
using MediaEngine.Rtp;

namespace MediaEngine.Media;

/// <summary>
/// The floor of a constituent group's call in a temporary group: a controlling function decides, reached by one leg of the
/// call (TS 24.380 6.5).
/// </summary>
internal sealed class RelayedFloor(NonControllingFloor floor, LegId controllingFunction) : ICallFloor
{
    public Instant NextDeadline => Instant.Never;

    public ushort MessageSequenceNumber => floor.MessageSequenceNumber;

    public FloorOutcome Join(
        int participant, in FloorParticipantProfile profile, bool implicitRequest, Instant now, FloorEffects effects)
    {
        FloorOutcome joined = floor.Join(participant, profile, effects);
        if (joined == FloorOutcome.Ok && implicitRequest)
            RequestFor(participant, now, effects);
        return joined;
    }

    public void Leave(int participant, Instant now, FloorEffects effects) => floor.Leave(participant, effects);

    public FloorOutcome Receive(int participant, ReadOnlySpan<byte> datagram, Instant now, FloorEffects effects) =>
        participant == controllingFunction.Value
            ? floor.ReceiveFromControllingFunction(datagram, now, effects)
            : floor.Receive(participant, datagram, now, effects);

    /// <summary>What the controlling function let through is let through.</summary>
    public bool ReceiveMedia(int participant, Instant now, FloorEffects effects) =>
        participant == controllingFunction.Value || floor.ReceiveMedia(participant, now, effects);

    public bool MaySendMedia(int participant) => participant == controllingFunction.Value ||
        floor.StateOf(participant) == NonControllingParticipantState.P_HasPermission;

    public void Expire(Instant now, FloorEffects effects)
    {
    }

    public void ReleaseCall(Instant now, FloorEffects effects) => floor.ReleaseCall();

    public void CompleteRelease() => floor.CompleteRelease();

    // The relay lowers the priority to the negotiated one, and leaves it out where none was negotiated.
    private void RequestFor(int participant, Instant now, FloorEffects effects)
    {
        Span<byte> message = stackalloc byte[32];
        var writer = new FloorMessageWriter(message, FloorMessageType.Request, ackRequired: false, FloorOutput.LegSsrcComesLater);
        writer.AddFloorPriority(byte.MaxValue);
        floor.Receive(participant, message[..writer.Complete()], now, effects);
    }
}
