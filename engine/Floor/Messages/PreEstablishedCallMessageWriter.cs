namespace MediaEngine.Floor;

/// <summary>
/// Writes one call control message of a pre-established session (TS 24.380 8.3). Fields appear in the order of the calls.
/// Throws when the destination is too small or a value too long.
/// </summary>
public ref struct PreEstablishedCallMessageWriter
{
    private AppPacketWriter _packet;

    public PreEstablishedCallMessageWriter(
        Span<byte> destination, PreEstablishedCallMessageType type, bool ackRequired, uint ssrc)
    {
        if (ackRequired && !PreEstablishedCallMessage.HasAckForm(type))
            throw new ArgumentException($"{type} has no form that asks for an acknowledgement.", nameof(ackRequired));
        _packet = new AppPacketWriter(destination, (byte)type, ackRequired, ssrc, PreEstablishedCallMessage.ApplicationName);
    }

    public void AddMediaStreams(byte mediaStream, byte controlChannel) =>
        _packet.AddOctets((byte)PreEstablishedCallField.MediaStreams, mediaStream, controlChannel);

    public void AddMcpttSessionIdentity(PreEstablishedSessionType type, scoped ReadOnlySpan<byte> utf8)
    {
        Span<byte> value = _packet.Reserve((byte)PreEstablishedCallField.McpttSessionIdentity, 1 + utf8.Length);
        value[0] = (byte)type;
        utf8.CopyTo(value[1..]);
    }

    public void AddWarningText(scoped ReadOnlySpan<byte> utf8) => AddField(PreEstablishedCallField.WarningText, utf8);

    public void AddMcpttGroupIdentity(scoped ReadOnlySpan<byte> utf8) => AddField(PreEstablishedCallField.McpttGroupIdentity, utf8);

    public void AddAnswerState(bool confirmed) =>
        _packet.AddNumber((byte)PreEstablishedCallField.AnswerState, (ushort)(confirmed ? 1 : 0));

    public void AddInvitingMcpttUserIdentity(scoped ReadOnlySpan<byte> utf8) =>
        AddField(PreEstablishedCallField.InvitingMcpttUserIdentity, utf8);

    /// <summary>See <see cref="PreEstablishedCallReason"/>.</summary>
    public void AddReasonCode(ushort reason) => _packet.AddNumber((byte)PreEstablishedCallField.ReasonCode, reason);

    public void AddReasonCause(scoped ReadOnlySpan<byte> utf8) => AddField(PreEstablishedCallField.ReasonCause, utf8);

    public void AddInvitedMcpttUserIdentity(scoped ReadOnlySpan<byte> utf8) =>
        AddField(PreEstablishedCallField.InvitedMcpttUserIdentity, utf8);

    public void AddPckIMessage(scoped ReadOnlySpan<byte> mikey) => AddField(PreEstablishedCallField.PckIMessage, mikey);

    /// <summary>Writes the header and returns the length of the message in octets.</summary>
    public readonly int Complete() => _packet.Complete();

    private void AddField(PreEstablishedCallField id, scoped ReadOnlySpan<byte> value) => _packet.AddField((byte)id, value);
}
