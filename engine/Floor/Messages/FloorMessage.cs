using System.Buffers.Binary;

namespace MediaEngine.Floor;

/// <summary>
/// One received floor control message: an RTCP APP packet named MCPT (TS 24.380 8.1, 8.2), read in place. Fields may come in
/// any order; unknown ones are skipped; of a repeated field the first counts; a field with a value that cannot be right is
/// as good as absent.
/// </summary>
public readonly ref struct FloorMessage
{
    public const int HeaderLength_bytes = AppPacket.HeaderLength_bytes;

    /// <summary>More messages than this in one datagram are left alone: nobody needs them, every one may cost answers.</summary>
    public const int MaxPerDatagram = 8;

    internal const uint ApplicationName = 0x4D435054;

    private static readonly uint s_assigned = AssignedSubtypes();

    private readonly AppPacket _packet;

    private FloorMessage(ReadOnlySpan<byte> datagram, out FloorOutcome outcome, out int consumed_bytes) =>
        outcome = AppPacket.TryParse(datagram, ApplicationName, s_assigned, out _packet, out consumed_bytes);

    public FloorMessageType Type => (FloorMessageType)_packet.Subtype;

    /// <summary>The sender asks for a Floor Ack.</summary>
    public bool AckRequired => _packet.AckRequired;

    public uint Ssrc => _packet.Ssrc;

    /// <summary>All fields in the order of the wire.</summary>
    public FloorFieldReader Fields => _packet.Fields;

    /// <summary>
    /// Reads the first message of a datagram. <paramref name="consumed_bytes"/> is where the next one starts, also when this
    /// one is ignored or malformed; a datagram that cannot be read further is consumed whole.
    /// </summary>
    public static FloorOutcome TryParse(ReadOnlySpan<byte> datagram, out FloorMessage message, out int consumed_bytes)
    {
        message = new FloorMessage(datagram, out FloorOutcome outcome, out consumed_bytes);
        return outcome;
    }

    /// <summary>True when the message has a form that asks for a Floor Ack (TS 24.380 table 8.2.2.1-1).</summary>
    public static bool HasAckForm(FloorMessageType type) => type is FloorMessageType.Granted or FloorMessageType.Taken or
        FloorMessageType.Deny or FloorMessageType.Release or FloorMessageType.Idle or FloorMessageType.QueuePositionInfo or
        FloorMessageType.UnicastMediaFlowControl or FloorMessageType.QueuedFloorRequests;

    /// <summary>0 (lowest) to 255.</summary>
    public bool TryGetFloorPriority(out byte priority) => TryGetOctet(FloorField.FloorPriority, out priority);

    public bool TryGetDuration(out ushort duration_s) => TryGetNumber(FloorField.Duration, out duration_s);

    /// <summary>The cause and an optional UTF-8 phrase.</summary>
    public bool TryGetRejectCause(out ushort cause, out ReadOnlySpan<byte> phrase)
    {
        bool found = TryFind(FloorField.RejectCause, 2, out ReadOnlySpan<byte> value);
        cause = found ? BinaryPrimitives.ReadUInt16BigEndian(value) : default;
        phrase = found ? value[2..] : default;
        return found;
    }

    /// <summary>Position 1 is the head; see <see cref="FloorQueuePosition"/>.</summary>
    public bool TryGetQueueInfo(out byte position, out byte priority)
    {
        bool found = TryFind(FloorField.QueueInfo, 2, out ReadOnlySpan<byte> value);
        position = found ? value[0] : default;
        priority = found ? value[1] : default;
        return found;
    }

    public bool TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> utf8) =>
        TryFind(FloorField.GrantedPartysIdentity, 0, out utf8);

    /// <summary>Values other than 0 and 1 are reserved and read as absent.</summary>
    public bool TryGetPermissionToRequestTheFloor(out bool permitted)
    {
        bool found = TryGetNumber(FloorField.PermissionToRequestTheFloor, out ushort value) && value <= 1;
        permitted = found && value == 1;
        return found;
    }

    public bool TryGetUserId(out ReadOnlySpan<byte> utf8) => TryFind(FloorField.UserId, 0, out utf8);

    public bool TryGetQueueSize(out ushort size) => TryGetNumber(FloorField.QueueSize, out size);

    public bool TryGetMessageSequenceNumber(out ushort number) => TryGetNumber(FloorField.MessageSequenceNumber, out number);

    public bool TryGetQueuedUserId(out ReadOnlySpan<byte> utf8) => TryFind(FloorField.QueuedUserId, 0, out utf8);

    public bool TryGetSource(out FloorSource source)
    {
        bool found = TryGetNumber(FloorField.Source, out ushort value);
        source = (FloorSource)value;
        return found;
    }

    public bool TryGetTrackInfo(out FloorTrackInfo trackInfo)
    {
        trackInfo = default;
        return TryFind(FloorField.TrackInfo, 2, out ReadOnlySpan<byte> value) && FloorTrackInfo.TryParse(value, out trackInfo);
    }

    /// <summary>The type a Floor Ack acknowledges; an acknowledgement bit left in by the sender is dropped.</summary>
    public bool TryGetMessageType(out FloorMessageType type)
    {
        bool found = TryGetOctet(FloorField.MessageType, out byte value);
        type = (FloorMessageType)(value & ~AppPacket.AckBit);
        return found;
    }

    public bool TryGetFloorIndicator(out FloorIndicator indicator)
    {
        bool found = TryGetNumber(FloorField.FloorIndicator, out ushort value);
        indicator = (FloorIndicator)value;
        return found;
    }

    public bool TryGetAudioSsrc(out uint ssrc)
    {
        bool found = TryFind(FloorField.AudioSsrc, 4, out ReadOnlySpan<byte> value);
        ssrc = found ? BinaryPrimitives.ReadUInt32BigEndian(value) : default;
        return found;
    }

    public bool TryGetListOfGrantedUsers(out FloorTextList users) => TryGetTextList(FloorField.ListOfGrantedUsers, out users);

    public bool TryGetListOfSsrcs(out FloorSsrcList ssrcs)
    {
        ssrcs = default;
        return TryFind(FloorField.ListOfSsrcs, 1, out ReadOnlySpan<byte> value) && FloorSsrcList.TryParse(value, out ssrcs);
    }

    public bool TryGetFunctionalAlias(out ReadOnlySpan<byte> utf8) => TryFind(FloorField.FunctionalAlias, 0, out utf8);

    public bool TryGetListOfFunctionalAliases(out FloorTextList aliases) =>
        TryGetTextList(FloorField.ListOfFunctionalAliases, out aliases);

    public bool TryGetLocation(out FloorLocation location)
    {
        bool found = TryFind(FloorField.Location, 1, out ReadOnlySpan<byte> value) &&
            value.Length - 1 >= FloorLocation.ContentLength_bytes(value[0]);
        location = found ? new FloorLocation(value) : default;
        return found;
    }

    public bool TryGetListOfLocations(out FloorLocationList locations)
    {
        locations = default;
        return TryFind(FloorField.ListOfLocations, 1, out ReadOnlySpan<byte> value) &&
            FloorLocationList.TryParse(value, out locations);
    }

    public bool TryGetQueuedFloorRequestsPurpose(out QueuedFloorRequestsPurpose purpose)
    {
        bool found = TryGetNumberFromEitherOctet(FloorField.QueuedFloorRequestsPurpose, out ushort value);
        purpose = (QueuedFloorRequestsPurpose)value;
        return found;
    }

    public bool TryGetListOfQueuedUsers(out FloorTextList users) => TryGetTextList(FloorField.ListOfQueuedUsers, out users);

    /// <summary>0 all removed, 2 queue empty, 3 indicated users not queued, 5 partially removed.</summary>
    public bool TryGetResponseState(out ushort state) => TryGetNumberFromEitherOctet(FloorField.ResponseState, out state);

    public bool TryGetMediaFlowControlIndicator(out bool resume)
    {
        bool found = TryGetOctet(FloorField.MediaFlowControlIndicator, out byte value);
        resume = (value & 0x80) != 0;
        return found;
    }

    public bool TryGetFloorRevokeRequestUserId(out ReadOnlySpan<byte> utf8) =>
        TryFind(FloorField.FloorRevokeRequestUserId, 0, out utf8);

    /// <summary>The value of the first field with this identifier, when it has at least that many octets.</summary>
    public bool TryFind(FloorField id, int minimumLength_bytes, out ReadOnlySpan<byte> value) =>
        _packet.TryFind((byte)id, minimumLength_bytes, out value);

    private static uint AssignedSubtypes()
    {
        uint assigned = 0;
        foreach (FloorMessageType type in Enum.GetValues<FloorMessageType>())
            assigned |= (HasAckForm(type) ? 1u << AppPacket.AckBit | 1u : 1u) << (byte)type;
        return assigned;
    }

    private bool TryGetOctet(FloorField id, out byte octet)
    {
        bool found = TryFind(id, 1, out ReadOnlySpan<byte> value);
        octet = found ? value[0] : default;
        return found;
    }

    private bool TryGetNumber(FloorField id, out ushort number) => _packet.TryGetNumber((byte)id, out number);

    // Some senders put these small values into the first octet instead of the low one.
    private bool TryGetNumberFromEitherOctet(FloorField id, out ushort number)
    {
        bool found = TryGetNumber(id, out number);
        if ((number & 0xFF) == 0)
            number >>= 8;
        return found;
    }

    private bool TryGetTextList(FloorField id, out FloorTextList list)
    {
        list = default;
        return TryFind(id, 1, out ReadOnlySpan<byte> value) && FloorTextList.TryParse(value, out list);
    }
}
