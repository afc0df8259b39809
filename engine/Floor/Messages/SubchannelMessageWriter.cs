namespace MediaEngine.Floor;

/// <summary>
/// Writes one MBMS subchannel control message (TS 24.380 8.4). Fields appear in the order of the calls. Throws when the
/// destination is too small or a value too long.
/// </summary>
public ref struct SubchannelMessageWriter(Span<byte> destination, SubchannelMessageType type, uint ssrc)
{
    private AppPacketWriter _packet = new(destination, (byte)type, ackRequired: false, ssrc, SubchannelMessage.ApplicationName);

    public void AddMcpttGroupId(scoped ReadOnlySpan<byte> utf8) => _packet.AddField((byte)SubchannelField.McpttGroupId, utf8);

    /// <summary>3 octets of MBMS service identity, then 3 of MCC and MNC or none.</summary>
    public void AddTmgi(scoped ReadOnlySpan<byte> tmgi)
    {
        if (tmgi.Length is not (3 or 6))
            throw new ArgumentException("A TMGI has 3 or 6 octets.", nameof(tmgi));
        _packet.AddField((byte)SubchannelField.Tmgi, tmgi);
    }

    public void AddMbmsSubchannel(in MbmsSubchannel subchannel)
    {
        subchannel.Validate();
        subchannel.Write(_packet.Reserve((byte)SubchannelField.MbmsSubchannel, subchannel.Length_bytes));
    }

    public void AddMonitoringState(scoped ReadOnlySpan<byte> value) => _packet.AddField((byte)SubchannelField.MonitoringState, value);

    /// <summary>Writes the header and returns the length of the message in octets.</summary>
    public readonly int Complete() => _packet.Complete();
}
