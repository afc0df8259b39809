using BenchmarkDotNet.Attributes;
using MediaEngine.Floor;

namespace MediaEngine.Bench.Micro;

/// <summary>One floor control message read with the fields a machine looks at, and written.</summary>
[MemoryDiagnoser]
[MinColumn]
public class FloorMessageBenchmarks
{
    private static readonly byte[] s_identity = "sip:alice.fire-lead@mission-critical.example"u8.ToArray();
    private static readonly ReadOnlyMemory<byte>[] s_talkers = [s_identity, s_identity, s_identity, s_identity];
    private static readonly uint[] s_ssrcs = [1, 2, 3, 4];

    private readonly byte[] _buffer = new byte[1500];
    private byte[] _message = [];

    /// <summary>The types that differ in shape; the others are as short as Idle.</summary>
    [Params(FloorMessageType.Request, FloorMessageType.Granted, FloorMessageType.Taken, FloorMessageType.Idle,
        FloorMessageType.QueuePositionInfo, FloorMessageType.ReleaseMultiTalker, FloorMessageType.QueuedFloorRequests)]
    public FloorMessageType Type { get; set; }

    [GlobalSetup]
    public void Setup() => _message = _buffer[..Write()];

    [Benchmark]
    public int Read()
    {
        FloorMessage.TryParse(_message, out FloorMessage message, out int consumed_bytes);
        int sum = consumed_bytes;
        message.TryGetFloorIndicator(out FloorIndicator indicator);
        sum += (int)indicator;
        switch (message.Type)
        {
            case FloorMessageType.Request:
                message.TryGetFloorPriority(out byte priority);
                sum += priority;
                break;
            case FloorMessageType.Granted:
                message.TryGetDuration(out ushort duration_s);
                message.TryGetAudioSsrc(out uint ssrc);
                sum += duration_s + (int)ssrc;
                break;
            case FloorMessageType.Taken:
                message.TryGetMessageSequenceNumber(out ushort number);
                message.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> talker);
                message.TryGetListOfGrantedUsers(out FloorTextList users);
                message.TryGetListOfSsrcs(out FloorSsrcList ssrcs);
                sum += number + talker.Length + users.Count + ssrcs.Count;
                break;
            case FloorMessageType.QueuePositionInfo:
                message.TryGetQueueInfo(out byte position, out _);
                sum += position;
                break;
            case FloorMessageType.ReleaseMultiTalker:
                message.TryGetUserId(out ReadOnlySpan<byte> user);
                sum += user.Length;
                break;
            case FloorMessageType.QueuedFloorRequests:
                message.TryGetQueuedFloorRequestsPurpose(out QueuedFloorRequestsPurpose purpose);
                message.TryGetListOfQueuedUsers(out FloorTextList queued);
                sum += (int)purpose + queued.Count;
                break;
        }
        return sum;
    }

    [Benchmark]
    public int Write()
    {
        var writer = new FloorMessageWriter(_buffer, Type, ackRequired: false, 0x0F0E0D0C);
        switch (Type)
        {
            case FloorMessageType.Request:
                writer.AddFloorPriority(5);
                break;
            case FloorMessageType.Granted:
                writer.AddDuration(30);
                writer.AddAudioSsrc(1);
                writer.AddFloorPriority(5);
                break;
            case FloorMessageType.Taken: // of a multi-talker group
                writer.AddGrantedPartysIdentity(s_identity);
                writer.AddPermissionToRequestTheFloor(true);
                writer.AddMessageSequenceNumber(7);
                writer.AddListOfGrantedUsers(s_talkers);
                writer.AddListOfSsrcs(s_ssrcs);
                break;
            case FloorMessageType.QueuePositionInfo:
                writer.AddQueueInfo(1, 5);
                break;
            case FloorMessageType.ReleaseMultiTalker:
                writer.AddUserId(s_identity);
                writer.AddAudioSsrc(1);
                break;
            case FloorMessageType.QueuedFloorRequests:
                writer.AddQueuedFloorRequestsPurpose(QueuedFloorRequestsPurpose.CancelRequest);
                writer.AddListOfQueuedUsers(s_talkers);
                break;
            default:
                writer.AddMessageSequenceNumber(7);
                break;
        }
        writer.AddFloorIndicator(FloorIndicator.Normal | FloorIndicator.QueueingSupported);
        return writer.Complete();
    }
}
