using System.Buffers.Binary;

namespace MediaEngine.Floor;

/// <summary>
/// Writes one floor control message as an RTCP APP packet (TS 24.380 8.1, 8.2). Fields appear in the order of the calls; the
/// order of the message tables is the caller's to keep. Throws when the destination is too small or a value too long.
/// </summary>
public ref struct FloorMessageWriter
{
    private AppPacketWriter _packet;

    public FloorMessageWriter(Span<byte> destination, FloorMessageType type, bool ackRequired, uint ssrc)
    {
        if (ackRequired && !FloorMessage.HasAckForm(type))
            throw new ArgumentException($"{type} has no form that asks for an acknowledgement.", nameof(ackRequired));
        _packet = new AppPacketWriter(destination, (byte)type, ackRequired, ssrc, FloorMessage.ApplicationName);
    }

    public void AddFloorPriority(byte priority) => AddOctets(FloorField.FloorPriority, priority, 0);

    public void AddDuration(ushort duration_s) => AddNumber(FloorField.Duration, duration_s);

    public void AddRejectCause(ushort cause, scoped ReadOnlySpan<byte> phrase = default)
    {
        Span<byte> value = Reserve(FloorField.RejectCause, 2 + phrase.Length);
        BinaryPrimitives.WriteUInt16BigEndian(value, cause);
        phrase.CopyTo(value[2..]);
    }

    public void AddQueueInfo(byte position, byte priority) => AddOctets(FloorField.QueueInfo, position, priority);

    public void AddGrantedPartysIdentity(scoped ReadOnlySpan<byte> utf8) => AddField(FloorField.GrantedPartysIdentity, utf8);

    public void AddPermissionToRequestTheFloor(bool permitted) =>
        AddNumber(FloorField.PermissionToRequestTheFloor, (ushort)(permitted ? 1 : 0));

    public void AddUserId(scoped ReadOnlySpan<byte> utf8) => AddField(FloorField.UserId, utf8);

    public void AddQueueSize(ushort size) => AddNumber(FloorField.QueueSize, size);

    public void AddMessageSequenceNumber(ushort number) => AddNumber(FloorField.MessageSequenceNumber, number);

    public void AddQueuedUserId(scoped ReadOnlySpan<byte> utf8) => AddField(FloorField.QueuedUserId, utf8);

    public void AddSource(FloorSource source) => AddNumber(FloorField.Source, (ushort)source);

    public void AddTrackInfo(bool queueing, scoped ReadOnlySpan<byte> participantType, scoped ReadOnlySpan<uint> references)
    {
        int first = 2 + (participantType.Length + 3 & ~3);
        Span<byte> value = Reserve(FloorField.TrackInfo, first + 4 * references.Length);
        value[0] = (byte)(queueing ? 1 : 0);
        value[1] = (byte)participantType.Length;
        value[2..first].Clear();
        participantType.CopyTo(value[2..]);
        for (int i = 0; i < references.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(value[(first + 4 * i)..], references[i]);
    }

    public void AddMessageType(FloorMessageType type) => AddOctets(FloorField.MessageType, (byte)type, 0);

    public void AddFloorIndicator(FloorIndicator indicator) => AddNumber(FloorField.FloorIndicator, (ushort)indicator);

    public void AddAudioSsrc(uint ssrc)
    {
        Span<byte> value = Reserve(FloorField.AudioSsrc, 6);
        BinaryPrimitives.WriteUInt32BigEndian(value, ssrc);
        value[4..].Clear();
    }

    public void AddListOfGrantedUsers(scoped ReadOnlySpan<ReadOnlyMemory<byte>> users) =>
        AddTextList(FloorField.ListOfGrantedUsers, users);

    /// <summary>At least one: an empty list cannot be told from the layout without a length octet.</summary>
    public void AddListOfSsrcs(scoped ReadOnlySpan<uint> ssrcs)
    {
        if (ssrcs.IsEmpty)
            throw new ArgumentException("An empty list of SSRCs is ambiguous on the wire.", nameof(ssrcs));
        Span<byte> value = Reserve(FloorField.ListOfSsrcs, 2 + 4 * ssrcs.Length);
        value[0] = (byte)ssrcs.Length;
        value[1] = 0;
        for (int i = 0; i < ssrcs.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(value[(2 + 4 * i)..], ssrcs[i]);
    }

    public void AddFunctionalAlias(scoped ReadOnlySpan<byte> utf8) => AddField(FloorField.FunctionalAlias, utf8);

    public void AddListOfFunctionalAliases(scoped ReadOnlySpan<ReadOnlyMemory<byte>> aliases) =>
        AddTextList(FloorField.ListOfFunctionalAliases, aliases);

    public void AddLocation(byte type, scoped ReadOnlySpan<byte> content)
    {
        Span<byte> value = Reserve(FloorField.Location, 1 + content.Length);
        value[0] = type;
        content.CopyTo(value[1..]);
    }

    /// <summary>Each entry is a location type octet and the octets that type has.</summary>
    public void AddListOfLocations(scoped ReadOnlySpan<ReadOnlyMemory<byte>> locations)
    {
        int length = 1;
        foreach (ReadOnlyMemory<byte> location in locations)
        {
            if (location.IsEmpty || FloorLocation.ContentLength_bytes(location.Span[0]) != location.Length - 1)
                throw new ArgumentException("A location's octets do not fit its type.", nameof(locations));
            length += location.Length;
        }
        Span<byte> value = Reserve(FloorField.ListOfLocations, length);
        value[0] = (byte)locations.Length;
        int position = 1;
        foreach (ReadOnlyMemory<byte> location in locations)
        {
            location.Span.CopyTo(value[position..]);
            position += location.Length;
        }
    }

    public void AddQueuedFloorRequestsPurpose(QueuedFloorRequestsPurpose purpose) =>
        AddNumber(FloorField.QueuedFloorRequestsPurpose, (ushort)purpose);

    public void AddListOfQueuedUsers(scoped ReadOnlySpan<ReadOnlyMemory<byte>> users) =>
        AddTextList(FloorField.ListOfQueuedUsers, users);

    public void AddResponseState(ushort state) => AddNumber(FloorField.ResponseState, state);

    public void AddMediaFlowControlIndicator(bool resume) =>
        AddOctets(FloorField.MediaFlowControlIndicator, (byte)(resume ? 0x80 : 0), 0);

    public void AddFloorRevokeRequestUserId(scoped ReadOnlySpan<byte> utf8) => AddField(FloorField.FloorRevokeRequestUserId, utf8);

    /// <summary>A field as its octets: to echo what was received.</summary>
    public void AddField(FloorField id, scoped ReadOnlySpan<byte> value) => _packet.AddField((byte)id, value);

    /// <summary>Writes the header and returns the length of the message in octets.</summary>
    public readonly int Complete() => _packet.Complete();

    private void AddOctets(FloorField id, byte first, byte second) => _packet.AddOctets((byte)id, first, second);

    private void AddNumber(FloorField id, ushort number) => _packet.AddNumber((byte)id, number);

    private void AddTextList(FloorField id, scoped ReadOnlySpan<ReadOnlyMemory<byte>> texts)
    {
        int length = 1;
        foreach (ReadOnlyMemory<byte> text in texts)
            length += 1 + text.Length;
        Span<byte> value = Reserve(id, length);
        value[0] = (byte)texts.Length;
        int position = 1;
        foreach (ReadOnlyMemory<byte> text in texts)
        {
            value[position] = (byte)text.Length;
            text.Span.CopyTo(value[(position + 1)..]);
            position += 1 + text.Length;
        }
    }

    private Span<byte> Reserve(FloorField id, int length) => _packet.Reserve((byte)id, length);
}
