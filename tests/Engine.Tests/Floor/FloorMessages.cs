using MediaEngine.Floor;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>Messages as peers send them.</summary>
internal static class FloorMessages
{
    [ThreadStatic]
    private static ushort t_sequence;

    /// <summary>Of the last Idle or Taken made on this thread.</summary>
    public static ushort LastNumber => t_sequence;

    public static byte[] Request(byte? priority = null, FloorIndicator indicator = FloorIndicator.Normal) =>
        Write(FloorMessageType.Request, false, (ref FloorMessageWriter w) =>
        {
            if (priority is { } number)
                w.AddFloorPriority(number);
            w.AddFloorIndicator(indicator);
        });

    public static byte[] Release(bool ack = false) => Write(FloorMessageType.Release, ack);

    public static byte[] QueuePositionRequest() => Write(FloorMessageType.QueuePositionRequest, false);

    public static byte[] Ack(FloorMessageType acknowledged) =>
        Write(FloorMessageType.Ack, false, (ref FloorMessageWriter w) =>
        {
            w.AddSource(FloorSource.FloorParticipant);
            w.AddMessageType(acknowledged);
        });

    public static byte[] MediaFlow(bool resume) =>
        Write(FloorMessageType.UnicastMediaFlowControl, true,
            (ref FloorMessageWriter w) => w.AddMediaFlowControlIndicator(resume));

    public static byte[] RevokeRequest(string talker = "sip:p1@mc.example") =>
        Write(FloorMessageType.RevokeRequest, false, (ref FloorMessageWriter w) =>
            w.AddFloorRevokeRequestUserId(System.Text.Encoding.UTF8.GetBytes(talker)));

    public static byte[] Granted(bool ack = false, FloorIndicator indicator = FloorIndicator.Normal) =>
        Write(FloorMessageType.Granted, ack, (ref FloorMessageWriter w) =>
        {
            w.AddDuration(30);
            w.AddAudioSsrc(0xCAFE0001);
            w.AddFloorPriority(5);
            w.AddFloorIndicator(indicator);
        });

    /// <summary>The number is one more than that of the last Idle or Taken of this thread, unless given.</summary>
    public static byte[] Taken(
        string talker = "sip:alice@mc.example",
        bool ack = false,
        bool permitted = true,
        FloorIndicator indicator = FloorIndicator.Normal,
        ushort? number = null) =>
        Write(FloorMessageType.Taken, ack, (ref FloorMessageWriter w) =>
        {
            w.AddGrantedPartysIdentity(System.Text.Encoding.UTF8.GetBytes(talker));
            w.AddPermissionToRequestTheFloor(permitted);
            w.AddMessageSequenceNumber(number ?? ++t_sequence);
            w.AddFloorIndicator(indicator);
        });

    /// <summary>See <see cref="Taken"/>.</summary>
    public static byte[] Idle(bool ack = false, FloorIndicator indicator = FloorIndicator.Normal, ushort? number = null) =>
        Write(FloorMessageType.Idle, ack, (ref FloorMessageWriter w) =>
        {
            w.AddMessageSequenceNumber(number ?? ++t_sequence);
            w.AddFloorIndicator(indicator);
        });

    /// <summary>Floor Taken of a multi-talker group; SSRCs count from CAFE0001.</summary>
    public static byte[] TakenBy(params string[] talkers) =>
        Write(FloorMessageType.Taken, false, (ref FloorMessageWriter w) =>
        {
            w.AddGrantedPartysIdentity(System.Text.Encoding.UTF8.GetBytes(talkers[^1]));
            w.AddMessageSequenceNumber(++t_sequence);
            w.AddFloorIndicator(FloorIndicator.MultiTalker);
            w.AddListOfGrantedUsers([.. talkers.Select(name => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(name))]);
            w.AddListOfSsrcs([.. talkers.Select((_, i) => 0xCAFE0001u + (uint)i)]);
        });

    public static byte[] ReleaseMultiTalker(string talker) =>
        Write(FloorMessageType.ReleaseMultiTalker, false, (ref FloorMessageWriter w) =>
        {
            w.AddUserId(System.Text.Encoding.UTF8.GetBytes(talker));
            w.AddAudioSsrc(0xCAFE0002);
            w.AddFloorIndicator(FloorIndicator.MultiTalker);
        });

    public static byte[] QueuedRequests(QueuedFloorRequestsPurpose purpose) =>
        Write(FloorMessageType.QueuedFloorRequests, false, (ref FloorMessageWriter w) =>
        {
            w.AddQueuedFloorRequestsPurpose(purpose);
            if (purpose == QueuedFloorRequestsPurpose.CancelResult)
                w.AddResponseState(QueuedFloorRequestsResponse.PartiallyRemoved);
        });

    public static byte[] Deny(ushort cause, bool ack = false) =>
        Write(FloorMessageType.Deny, ack, (ref FloorMessageWriter w) => w.AddRejectCause(cause));

    public static byte[] Revoke(ushort cause) =>
        Write(FloorMessageType.Revoke, false, (ref FloorMessageWriter w) =>
        {
            w.AddRejectCause(cause);
            w.AddFloorIndicator(FloorIndicator.Emergency);
        });

    public static byte[] QueuePositionInfo(byte position, bool ack = false) =>
        Write(FloorMessageType.QueuePositionInfo, ack, (ref FloorMessageWriter w) => w.AddQueueInfo(position, 5));

    /// <summary>A message with no fields: to see what a type does where it has no business.</summary>
    public static byte[] Bare(FloorMessageType type) => Write(type, false);

    public static byte[] CancelQueued(params string[] users) =>
        Write(FloorMessageType.QueuedFloorRequests, false, (ref FloorMessageWriter w) =>
        {
            w.AddQueuedFloorRequestsPurpose(QueuedFloorRequestsPurpose.CancelRequest);
            if (users.Length > 0)
                w.AddListOfQueuedUsers([.. users.Select(user => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(user))]);
        });

    private delegate void Fill(ref FloorMessageWriter writer);

    private static byte[] Write(FloorMessageType type, bool ack, Fill? fill = null)
    {
        byte[] buffer = new byte[512];
        var writer = new FloorMessageWriter(buffer, type, ack, 0x0a0b0c01);
        fill?.Invoke(ref writer);
        return buffer[..writer.Complete()];
    }
}
