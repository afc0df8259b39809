using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Floor;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

public sealed class FloorMessagePropertyTests
{
    private static readonly FloorField[] AllFields = Enum.GetValues<FloorField>();

    [Fact]
    public void Any_message_with_any_fields_comes_back_octet_by_octet() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            byte[] message = RandomMessage(new Random(seed));
            return FloorReencoder.Reencode(message).AsSpan().SequenceEqual(message);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_message_cut_at_any_octet_never_throws() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            byte[] message = RandomMessage(new Random(seed));
            for (int length = 0; length < message.Length; length++)
                ReadEverything(message.AsSpan(0, length));
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Random_octets_in_a_message_never_throw() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            byte[] message = RandomMessage(random);
            for (int i = 0; i < 4; i++)
                message[random.Next(message.Length)] = (byte)random.Next(256);
            ReadEverything(message);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Every_vector_cut_at_any_octet_never_throws()
    {
        for (int number = 1; number <= FloorVectors.Hex.Length; number++)
        {
            byte[] vector = FloorVectors.Octets(number);
            for (int length = 0; length < vector.Length; length++)
            {
                FloorOutcome outcome = ReadEverything(vector.AsSpan(0, length));
                if (length <= vector.Length - 4)
                    Assert.Equal(FloorOutcome.Malformed, outcome);
            }
        }
    }

    private static FloorOutcome ReadEverything(ReadOnlySpan<byte> datagram)
    {
        FloorOutcome outcome = FloorMessage.TryParse(datagram, out FloorMessage m, out int consumed);
        Assert.InRange(consumed, Math.Min(1, datagram.Length), datagram.Length);
        long sum = 0;
        foreach (FloorFieldReader field in m.Fields)
            sum += field.Value.Length;
        m.TryGetFloorPriority(out _);
        m.TryGetDuration(out _);
        m.TryGetRejectCause(out _, out _);
        m.TryGetQueueInfo(out _, out _);
        m.TryGetPermissionToRequestTheFloor(out _);
        m.TryGetSource(out _);
        m.TryGetMessageType(out _);
        m.TryGetFloorIndicator(out _);
        m.TryGetAudioSsrc(out _);
        m.TryGetResponseState(out _);
        m.TryGetMediaFlowControlIndicator(out _);
        if (m.TryGetTrackInfo(out FloorTrackInfo track))
        {
            for (int i = 0; i < track.ReferenceCount; i++)
                sum += track.Reference(i);
        }
        if (m.TryGetListOfSsrcs(out FloorSsrcList ssrcs))
        {
            for (int i = 0; i < ssrcs.Count; i++)
                sum += ssrcs[i];
        }
        if (m.TryGetListOfGrantedUsers(out FloorTextList users))
        {
            foreach (ReadOnlySpan<byte> user in users)
                sum += user.Length;
        }
        if (m.TryGetListOfFunctionalAliases(out FloorTextList aliases))
        {
            foreach (ReadOnlySpan<byte> alias in aliases)
                sum += alias.Length;
        }
        if (m.TryGetListOfLocations(out FloorLocationList locations))
        {
            foreach (FloorLocation location in locations)
                sum += location.Content.Length;
        }
        if (m.TryGetLocation(out FloorLocation one))
            sum += one.Content.Length;
        Assert.True(sum >= 0);
        return outcome;
    }

    private static byte[] RandomMessage(Random random)
    {
        FloorMessageType[] types = Enum.GetValues<FloorMessageType>();
        FloorMessageType type = types[random.Next(types.Length)];
        bool ack = FloorMessage.HasAckForm(type) && random.Next(2) == 0;
        byte[] buffer = new byte[8192];
        random.NextBytes(buffer);
        var writer = new FloorMessageWriter(buffer, type, ack, (uint)random.NextInt64(1L << 32));
        FloorField[] fields = [.. AllFields];
        random.Shuffle(fields);
        foreach (FloorField field in fields.AsSpan(0, random.Next(8)))
            AddRandom(ref writer, field, random);
        return buffer[..writer.Complete()];
    }

    private static void AddRandom(ref FloorMessageWriter writer, FloorField field, Random random)
    {
        switch (field)
        {
            case FloorField.FloorPriority: writer.AddFloorPriority((byte)random.Next(256)); break;
            case FloorField.Duration: writer.AddDuration((ushort)random.Next(65536)); break;
            case FloorField.RejectCause: writer.AddRejectCause((ushort)random.Next(65536), Text(random, 253)); break;
            case FloorField.QueueInfo: writer.AddQueueInfo((byte)random.Next(256), (byte)random.Next(256)); break;
            case FloorField.PermissionToRequestTheFloor: writer.AddPermissionToRequestTheFloor(random.Next(2) == 0); break;
            case FloorField.QueueSize: writer.AddQueueSize((ushort)random.Next(65536)); break;
            case FloorField.MessageSequenceNumber: writer.AddMessageSequenceNumber((ushort)random.Next(65536)); break;
            case FloorField.Source: writer.AddSource((FloorSource)random.Next(4)); break;
            case FloorField.MessageType: writer.AddMessageType((FloorMessageType)random.Next(16)); break;
            case FloorField.FloorIndicator: writer.AddFloorIndicator((FloorIndicator)random.Next(65536)); break;
            case FloorField.AudioSsrc: writer.AddAudioSsrc((uint)random.NextInt64(1L << 32)); break;
            case FloorField.QueuedFloorRequestsPurpose:
                writer.AddQueuedFloorRequestsPurpose((QueuedFloorRequestsPurpose)random.Next(3));
                break;
            case FloorField.ResponseState: writer.AddResponseState((ushort)random.Next(256)); break;
            case FloorField.MediaFlowControlIndicator: writer.AddMediaFlowControlIndicator(random.Next(2) == 0); break;
            case FloorField.TrackInfo:
                uint[] references = [.. Enumerable.Range(0, random.Next(8)).Select(_ => (uint)random.Next())];
                writer.AddTrackInfo(random.Next(2) == 0, Text(random, 60), references);
                break;
            case FloorField.ListOfSsrcs:
                uint[] ssrcs = [.. Enumerable.Range(0, random.Next(1, 63)).Select(_ => (uint)random.Next())];
                writer.AddListOfSsrcs(ssrcs);
                break;
            case FloorField.ListOfGrantedUsers: writer.AddListOfGrantedUsers(Texts(random)); break;
            case FloorField.ListOfFunctionalAliases: writer.AddListOfFunctionalAliases(Texts(random)); break;
            case FloorField.ListOfQueuedUsers: writer.AddListOfQueuedUsers(Texts(random)); break;
            case FloorField.Location:
                (byte type, byte[] content) = Location(random);
                writer.AddLocation(type, content);
                break;
            case FloorField.ListOfLocations:
                var locations = new ReadOnlyMemory<byte>[random.Next(20)];
                for (int i = 0; i < locations.Length; i++)
                {
                    (byte kind, byte[] octets) = Location(random);
                    locations[i] = (byte[])[kind, .. octets];
                }
                writer.AddListOfLocations(locations);
                break;
            default: writer.AddField(field, Text(random, 255)); break;
        }
    }

    private static byte[] Text(Random random, int longest)
    {
        byte[] text = new byte[random.Next(longest + 1)];
        random.NextBytes(text);
        return text;
    }

    private static ReadOnlyMemory<byte>[] Texts(Random random) =>
        [.. Enumerable.Range(0, random.Next(6)).Select(_ => (ReadOnlyMemory<byte>)Text(random, 40))];

    private static (byte Type, byte[] Content) Location(Random random)
    {
        byte type = (byte)random.Next(7);
        int length = type switch { 0 => 0, 1 => 7, 2 => 5, 3 => 3, 4 => 2, 5 => 1, _ => 6 };
        byte[] content = new byte[length];
        random.NextBytes(content);
        return (type, content);
    }
}
