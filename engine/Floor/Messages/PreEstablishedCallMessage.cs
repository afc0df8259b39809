namespace MediaEngine.Floor;

/// <summary>
/// One received call control message of a pre-established session: an RTCP APP packet named MCPC (TS 24.380 8.3), read in
/// place. The rules for fields are those of <see cref="FloorMessage"/>.
/// </summary>
public readonly ref struct PreEstablishedCallMessage
{
    internal const uint ApplicationName = 0x4D435043;

    // Connect and Disconnect also with the acknowledgement bit.
    private const uint Assigned = 0b111 | 0b11 << AppPacket.AckBit;

    private readonly AppPacket _packet;

    private PreEstablishedCallMessage(ReadOnlySpan<byte> datagram, out FloorOutcome outcome, out int consumed_bytes) =>
        outcome = AppPacket.TryParse(datagram, ApplicationName, Assigned, out _packet, out consumed_bytes);

    public PreEstablishedCallMessageType Type => (PreEstablishedCallMessageType)_packet.Subtype;

    /// <summary>The sender asks for an Acknowledgement.</summary>
    public bool AckRequired => _packet.AckRequired;

    public uint Ssrc => _packet.Ssrc;

    /// <summary>Reads the first message of a datagram, as <see cref="FloorMessage.TryParse"/> does.</summary>
    public static FloorOutcome TryParse(ReadOnlySpan<byte> datagram, out PreEstablishedCallMessage message, out int consumed_bytes)
    {
        message = new PreEstablishedCallMessage(datagram, out FloorOutcome outcome, out consumed_bytes);
        return outcome;
    }

    /// <summary>True when the message has a form that asks for an Acknowledgement.</summary>
    public static bool HasAckForm(PreEstablishedCallMessageType type) =>
        type is PreEstablishedCallMessageType.Connect or PreEstablishedCallMessageType.Disconnect;

    /// <summary>Numbers of the media stream and of its control channel among the m= lines of the session.</summary>
    public bool TryGetMediaStreams(out byte mediaStream, out byte controlChannel)
    {
        bool found = TryFind(PreEstablishedCallField.MediaStreams, 2, out ReadOnlySpan<byte> value);
        mediaStream = found ? value[0] : default;
        controlChannel = found ? value[1] : default;
        return found;
    }

    public bool TryGetMcpttSessionIdentity(out PreEstablishedSessionType type, out ReadOnlySpan<byte> utf8)
    {
        bool found = TryFind(PreEstablishedCallField.McpttSessionIdentity, 1, out ReadOnlySpan<byte> value);
        type = found ? (PreEstablishedSessionType)value[0] : default;
        utf8 = found ? value[1..] : default;
        return found;
    }

    public bool TryGetWarningText(out ReadOnlySpan<byte> utf8) => TryFind(PreEstablishedCallField.WarningText, 0, out utf8);

    public bool TryGetMcpttGroupIdentity(out ReadOnlySpan<byte> utf8) =>
        TryFind(PreEstablishedCallField.McpttGroupIdentity, 0, out utf8);

    /// <summary>Values other than 0 and 1 are reserved and read as absent.</summary>
    public bool TryGetAnswerState(out bool confirmed)
    {
        bool found = _packet.TryGetNumber((byte)PreEstablishedCallField.AnswerState, out ushort value) && value <= 1;
        confirmed = found && value == 1;
        return found;
    }

    public bool TryGetInvitingMcpttUserIdentity(out ReadOnlySpan<byte> utf8) =>
        TryFind(PreEstablishedCallField.InvitingMcpttUserIdentity, 0, out utf8);

    /// <summary>See <see cref="PreEstablishedCallReason"/>.</summary>
    public bool TryGetReasonCode(out ushort reason) =>
        _packet.TryGetNumber((byte)PreEstablishedCallField.ReasonCode, out reason);

    public bool TryGetReasonCause(out ReadOnlySpan<byte> utf8) => TryFind(PreEstablishedCallField.ReasonCause, 0, out utf8);

    public bool TryGetInvitedMcpttUserIdentity(out ReadOnlySpan<byte> utf8) =>
        TryFind(PreEstablishedCallField.InvitedMcpttUserIdentity, 0, out utf8);

    /// <summary>The MIKEY message that carries the PCK of a protected private call.</summary>
    public bool TryGetPckIMessage(out ReadOnlySpan<byte> mikey) => TryFind(PreEstablishedCallField.PckIMessage, 0, out mikey);

    /// <summary>The value of the first field with this identifier, when it has at least that many octets.</summary>
    public bool TryFind(PreEstablishedCallField id, int minimumLength_bytes, out ReadOnlySpan<byte> value) =>
        _packet.TryFind((byte)id, minimumLength_bytes, out value);
}
