using MediaEngine.Floor;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>Reads every field of a message with its typed accessor and writes it again with its typed writer.</summary>
internal static class FloorReencoder
{
    public static byte[] Reencode(byte[] datagram)
    {
        Assert.Equal(FloorOutcome.Ok, FloorMessage.TryParse(datagram, out FloorMessage message, out int consumed));
        Assert.Equal(datagram.Length, consumed);
        byte[] destination = new byte[2048];
        destination.AsSpan().Fill(0xEE);
        var writer = new FloorMessageWriter(destination, message.Type, message.AckRequired, message.Ssrc);
        foreach (FloorFieldReader field in message.Fields)
            Copy(message, field.Id, ref writer);
        return destination[..writer.Complete()];
    }

    private static void Copy(FloorMessage message, FloorField id, ref FloorMessageWriter writer)
    {
        switch (id)
        {
            case FloorField.FloorPriority:
                Assert.True(message.TryGetFloorPriority(out byte priority));
                writer.AddFloorPriority(priority);
                break;
            case FloorField.Duration:
                Assert.True(message.TryGetDuration(out ushort duration));
                writer.AddDuration(duration);
                break;
            case FloorField.RejectCause:
                Assert.True(message.TryGetRejectCause(out ushort cause, out ReadOnlySpan<byte> phrase));
                writer.AddRejectCause(cause, phrase);
                break;
            case FloorField.QueueInfo:
                Assert.True(message.TryGetQueueInfo(out byte position, out byte queued));
                writer.AddQueueInfo(position, queued);
                break;
            case FloorField.GrantedPartysIdentity:
                Assert.True(message.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> party));
                writer.AddGrantedPartysIdentity(party);
                break;
            case FloorField.PermissionToRequestTheFloor:
                Assert.True(message.TryGetPermissionToRequestTheFloor(out bool permitted));
                writer.AddPermissionToRequestTheFloor(permitted);
                break;
            case FloorField.UserId:
                Assert.True(message.TryGetUserId(out ReadOnlySpan<byte> user));
                writer.AddUserId(user);
                break;
            case FloorField.QueueSize:
                Assert.True(message.TryGetQueueSize(out ushort size));
                writer.AddQueueSize(size);
                break;
            case FloorField.MessageSequenceNumber:
                Assert.True(message.TryGetMessageSequenceNumber(out ushort number));
                writer.AddMessageSequenceNumber(number);
                break;
            case FloorField.QueuedUserId:
                Assert.True(message.TryGetQueuedUserId(out ReadOnlySpan<byte> queuedUser));
                writer.AddQueuedUserId(queuedUser);
                break;
            case FloorField.Source:
                Assert.True(message.TryGetSource(out FloorSource source));
                writer.AddSource(source);
                break;
            case FloorField.TrackInfo:
                Assert.True(message.TryGetTrackInfo(out FloorTrackInfo track));
                uint[] references = [.. Enumerable.Repeat(0u, track.ReferenceCount)];
                for (int i = 0; i < references.Length; i++)
                    references[i] = track.Reference(i);
                writer.AddTrackInfo(track.Queueing, track.ParticipantType, references);
                break;
            case FloorField.MessageType:
                Assert.True(message.TryGetMessageType(out FloorMessageType type));
                writer.AddMessageType(type);
                break;
            case FloorField.FloorIndicator:
                Assert.True(message.TryGetFloorIndicator(out FloorIndicator indicator));
                writer.AddFloorIndicator(indicator);
                break;
            case FloorField.AudioSsrc:
                Assert.True(message.TryGetAudioSsrc(out uint ssrc));
                writer.AddAudioSsrc(ssrc);
                break;
            case FloorField.ListOfGrantedUsers:
                Assert.True(message.TryGetListOfGrantedUsers(out FloorTextList granted));
                writer.AddListOfGrantedUsers(Texts(granted));
                break;
            case FloorField.ListOfSsrcs:
                Assert.True(message.TryGetListOfSsrcs(out FloorSsrcList list));
                uint[] ssrcs = new uint[list.Count];
                for (int i = 0; i < ssrcs.Length; i++)
                    ssrcs[i] = list[i];
                writer.AddListOfSsrcs(ssrcs);
                break;
            case FloorField.FunctionalAlias:
                Assert.True(message.TryGetFunctionalAlias(out ReadOnlySpan<byte> alias));
                writer.AddFunctionalAlias(alias);
                break;
            case FloorField.ListOfFunctionalAliases:
                Assert.True(message.TryGetListOfFunctionalAliases(out FloorTextList aliases));
                writer.AddListOfFunctionalAliases(Texts(aliases));
                break;
            case FloorField.Location:
                Assert.True(message.TryGetLocation(out FloorLocation location));
                writer.AddLocation(location.Type, location.Content);
                break;
            case FloorField.ListOfLocations:
                Assert.True(message.TryGetListOfLocations(out FloorLocationList locations));
                var entries = new List<ReadOnlyMemory<byte>>();
                foreach (FloorLocation entry in locations)
                    entries.Add(new byte[] { entry.Type }.Concat(entry.Content.ToArray()).ToArray());
                writer.AddListOfLocations(entries.ToArray());
                break;
            case FloorField.QueuedFloorRequestsPurpose:
                Assert.True(message.TryGetQueuedFloorRequestsPurpose(out QueuedFloorRequestsPurpose purpose));
                writer.AddQueuedFloorRequestsPurpose(purpose);
                break;
            case FloorField.ListOfQueuedUsers:
                Assert.True(message.TryGetListOfQueuedUsers(out FloorTextList queuedUsers));
                writer.AddListOfQueuedUsers(Texts(queuedUsers));
                break;
            case FloorField.ResponseState:
                Assert.True(message.TryGetResponseState(out ushort state));
                writer.AddResponseState(state);
                break;
            case FloorField.MediaFlowControlIndicator:
                Assert.True(message.TryGetMediaFlowControlIndicator(out bool resume));
                writer.AddMediaFlowControlIndicator(resume);
                break;
            case FloorField.FloorRevokeRequestUserId:
                Assert.True(message.TryGetFloorRevokeRequestUserId(out ReadOnlySpan<byte> target));
                writer.AddFloorRevokeRequestUserId(target);
                break;
            default:
                Assert.Fail($"Field {id} is not known.");
                break;
        }
    }

    private static ReadOnlyMemory<byte>[] Texts(FloorTextList list)
    {
        var texts = new List<ReadOnlyMemory<byte>>();
        foreach (ReadOnlySpan<byte> text in list)
            texts.Add(text.ToArray());
        return [.. texts];
    }
}
