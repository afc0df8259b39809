namespace MediaEngine.Floor;

/// <summary>
/// One received MBMS subchannel control message: an RTCP APP packet named MCMC (TS 24.380 8.4), read in place. The rules for
/// fields are those of <see cref="FloorMessage"/>.
/// </summary>
public readonly ref struct SubchannelMessage
{
    internal const uint ApplicationName = 0x4D434D43;

    private const uint Assigned = 0b1111;

    private readonly AppPacket _packet;

    private SubchannelMessage(ReadOnlySpan<byte> datagram, out FloorOutcome outcome, out int consumed_bytes) =>
        outcome = AppPacket.TryParse(datagram, ApplicationName, Assigned, out _packet, out consumed_bytes);

    public SubchannelMessageType Type => (SubchannelMessageType)_packet.Subtype;

    public uint Ssrc => _packet.Ssrc;

    /// <summary>Reads the first message of a datagram, as <see cref="FloorMessage.TryParse"/> does.</summary>
    public static FloorOutcome TryParse(ReadOnlySpan<byte> datagram, out SubchannelMessage message, out int consumed_bytes)
    {
        message = new SubchannelMessage(datagram, out FloorOutcome outcome, out consumed_bytes);
        return outcome;
    }

    public bool TryGetMcpttGroupId(out ReadOnlySpan<byte> utf8) => TryFind(SubchannelField.McpttGroupId, 0, out utf8);

    /// <summary>The contents of TS 24.008 10.5.6.13: MBMS service identity (3 octets), then MCC and MNC (3 octets or none).</summary>
    public bool TryGetTmgi(out ReadOnlySpan<byte> tmgi) => TryFind(SubchannelField.Tmgi, 3, out tmgi);

    public bool TryGetMbmsSubchannel(out MbmsSubchannel subchannel)
    {
        subchannel = default;
        return TryFind(SubchannelField.MbmsSubchannel, 2, out ReadOnlySpan<byte> value) &&
            MbmsSubchannel.TryParse(value, out subchannel);
    }

    /// <summary>As its octets: no public source has its coding.</summary>
    public bool TryGetMonitoringState(out ReadOnlySpan<byte> value) => TryFind(SubchannelField.MonitoringState, 1, out value);

    /// <summary>The value of the first field with this identifier, when it has at least that many octets.</summary>
    public bool TryFind(SubchannelField id, int minimumLength_bytes, out ReadOnlySpan<byte> value) =>
        _packet.TryFind((byte)id, minimumLength_bytes, out value);
}
