using MediaEngine.Floor;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>Messages as peers send them.</summary>
internal static class FloorMessages
{
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

    public static byte[] RevokeRequest() =>
        Write(FloorMessageType.RevokeRequest, false,
            (ref FloorMessageWriter w) => w.AddFloorRevokeRequestUserId("sip:p1@mc.example"u8));

    public static byte[] Granted(bool ack = false) =>
        Write(FloorMessageType.Granted, ack, (ref FloorMessageWriter w) =>
        {
            w.AddDuration(30);
            w.AddAudioSsrc(0xCAFE0001);
            w.AddFloorPriority(5);
        });

    public static byte[] Taken(string talker = "sip:alice@mc.example", bool ack = false, bool permitted = true) =>
        Write(FloorMessageType.Taken, ack, (ref FloorMessageWriter w) =>
        {
            w.AddGrantedPartysIdentity(System.Text.Encoding.UTF8.GetBytes(talker));
            w.AddPermissionToRequestTheFloor(permitted);
            w.AddMessageSequenceNumber(1);
        });

    public static byte[] Idle(bool ack = false) =>
        Write(FloorMessageType.Idle, ack, (ref FloorMessageWriter w) => w.AddMessageSequenceNumber(2));

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

    private delegate void Fill(ref FloorMessageWriter writer);

    private static byte[] Write(FloorMessageType type, bool ack, Fill? fill = null)
    {
        byte[] buffer = new byte[512];
        var writer = new FloorMessageWriter(buffer, type, ack, 0x0a0b0c01);
        fill?.Invoke(ref writer);
        return buffer[..writer.Complete()];
    }
}
