using MediaEngine.Floor;

namespace MediaEngine.Bench;

/// <summary>One floor control message with all it may carry on a network (TS 24.380 8.2), to be written and read.</summary>
internal sealed class FloorMessageWork
{
    private const int Talkers = 2;

    private static readonly byte[] Identity = "sip:alice.fire-lead@mission-critical.example"u8.ToArray();
    private static readonly ReadOnlyMemory<byte>[] Identities = [.. Enumerable.Repeat<ReadOnlyMemory<byte>>(Identity, Talkers)];
    private static readonly byte[] CellContent = [0x21, 0xF3, 0x54, 1, 2, 3, 4];
    private static readonly ReadOnlyMemory<byte>[] Cells = [.. Enumerable.Repeat<ReadOnlyMemory<byte>>((byte[])[1, .. CellContent], Talkers)];
    private static readonly uint[] Ssrcs = [1, 2];
    private static readonly uint[] References = [0x10203040];

    private readonly byte[] _buffer = new byte[1500];
    private readonly byte[] _message;

    public FloorMessageWork(FloorMessageType type)
    {
        Type = type;
        _message = _buffer[..Write()];
    }

    public FloorMessageType Type { get; }

    /// <summary>Octets of the message.</summary>
    public int Write()
    {
        var writer = new FloorMessageWriter(_buffer, Type, ackRequired: false, 0x0F0E0D0C);
        switch (Type)
        {
            case FloorMessageType.Request:
                writer.AddFloorPriority(5);
                writer.AddFunctionalAlias(Identity);
                writer.AddLocation(1, CellContent);
                break;
            case FloorMessageType.Granted:
                writer.AddDuration(30);
                writer.AddAudioSsrc(1);
                writer.AddFloorPriority(5);
                break;
            case FloorMessageType.Taken: // of a multi-talker group
                writer.AddGrantedPartysIdentity(Identity);
                writer.AddPermissionToRequestTheFloor(true);
                writer.AddMessageSequenceNumber(7);
                writer.AddAudioSsrc(1);
                writer.AddListOfGrantedUsers(Identities);
                writer.AddListOfSsrcs(Ssrcs);
                writer.AddListOfFunctionalAliases(Identities);
                writer.AddListOfLocations(Cells);
                break;
            case FloorMessageType.Deny or FloorMessageType.Revoke:
                writer.AddRejectCause(1, "Another MCPTT client has permission"u8);
                break;
            case FloorMessageType.Idle:
                writer.AddMessageSequenceNumber(7);
                break;
            case FloorMessageType.RevokeRequest:
                writer.AddFloorRevokeRequestUserId(Identity);
                break;
            case FloorMessageType.QueuePositionInfo:
                writer.AddQueueInfo(1, 5);
                break;
            case FloorMessageType.Ack:
                writer.AddSource(FloorSource.ControllingFunction);
                writer.AddMessageType(FloorMessageType.Release);
                break;
            case FloorMessageType.UnicastMediaFlowControl:
                writer.AddMediaFlowControlIndicator(resume: true);
                break;
            case FloorMessageType.QueuedFloorRequests:
                writer.AddQueuedFloorRequestsPurpose(QueuedFloorRequestsPurpose.CancelResult);
                writer.AddListOfQueuedUsers(Identities);
                writer.AddResponseState(QueuedFloorRequestsResponse.PartiallyRemoved);
                break;
            case FloorMessageType.ReleaseMultiTalker:
                writer.AddUserId(Identity);
                writer.AddAudioSsrc(1);
                break;
        }
        writer.AddTrackInfo(true, "dispatcher"u8, References);
        writer.AddFloorIndicator(FloorIndicator.Normal | FloorIndicator.QueueingSupported);
        return writer.Complete();
    }

    /// <summary>Reads the message with all its fields, lists entry by entry; something that depends on each.</summary>
    public int Read()
    {
        FloorMessage.TryParse(_message, out FloorMessage message, out int sum);
        message.TryGetFloorIndicator(out FloorIndicator indicator);
        message.TryGetTrackInfo(out FloorTrackInfo trackInfo);
        sum += (int)indicator + (int)trackInfo.Reference(0);
        switch (message.Type)
        {
            case FloorMessageType.Request:
                message.TryGetFloorPriority(out byte priority);
                message.TryGetFunctionalAlias(out ReadOnlySpan<byte> alias);
                message.TryGetLocation(out FloorLocation location);
                return sum + priority + alias.Length + location.Type;
            case FloorMessageType.Granted:
                message.TryGetDuration(out ushort duration_s);
                message.TryGetAudioSsrc(out uint ssrc);
                message.TryGetFloorPriority(out byte granted);
                return sum + duration_s + (int)ssrc + granted;
            case FloorMessageType.Taken:
                message.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> talker);
                message.TryGetPermissionToRequestTheFloor(out _);
                message.TryGetMessageSequenceNumber(out ushort taken);
                message.TryGetAudioSsrc(out uint audio);
                return sum + talker.Length + taken + (int)audio + ReadLists(message);
            case FloorMessageType.Deny or FloorMessageType.Revoke:
                message.TryGetRejectCause(out ushort cause, out ReadOnlySpan<byte> phrase);
                return sum + cause + phrase.Length;
            case FloorMessageType.Idle:
                message.TryGetMessageSequenceNumber(out ushort idle);
                return sum + idle;
            case FloorMessageType.RevokeRequest:
                message.TryGetFloorRevokeRequestUserId(out ReadOnlySpan<byte> revoked);
                return sum + revoked.Length;
            case FloorMessageType.QueuePositionInfo:
                message.TryGetQueueInfo(out byte position, out _);
                return sum + position;
            case FloorMessageType.Ack:
                message.TryGetSource(out FloorSource source);
                message.TryGetMessageType(out FloorMessageType acknowledged);
                return sum + (int)source + (int)acknowledged;
            case FloorMessageType.UnicastMediaFlowControl:
                message.TryGetMediaFlowControlIndicator(out bool resume);
                return sum + (resume ? 1 : 0);
            case FloorMessageType.QueuedFloorRequests:
                message.TryGetQueuedFloorRequestsPurpose(out QueuedFloorRequestsPurpose purpose);
                message.TryGetListOfQueuedUsers(out FloorTextList queued);
                message.TryGetResponseState(out ushort response);
                return sum + (int)purpose + Lengths(queued) + response;
            case FloorMessageType.ReleaseMultiTalker:
                message.TryGetUserId(out ReadOnlySpan<byte> user);
                message.TryGetAudioSsrc(out uint ended);
                return sum + user.Length + (int)ended;
            default:
                return sum;
        }
    }

    private static int ReadLists(in FloorMessage message)
    {
        message.TryGetListOfGrantedUsers(out FloorTextList users);
        message.TryGetListOfFunctionalAliases(out FloorTextList aliases);
        message.TryGetListOfSsrcs(out FloorSsrcList ssrcs);
        message.TryGetListOfLocations(out FloorLocationList locations);
        int sum = Lengths(users) + Lengths(aliases);
        for (int i = 0; i < ssrcs.Count; i++)
            sum += (int)ssrcs[i];
        foreach (FloorLocation location in locations)
            sum += location.Type;
        return sum;
    }

    private static int Lengths(FloorTextList texts)
    {
        int sum = 0;
        foreach (ReadOnlySpan<byte> text in texts)
            sum += text.Length;
        return sum;
    }
}
