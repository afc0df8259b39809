namespace MediaEngine.Media;

/// <summary>
/// The group of a running call becomes part of a temporary group: its own floor ends, its legs take part in that of the
/// controlling function (TS 24.380 6.5.2.3). Who talks loses the floor and is told by a Floor Revoke at its next packet.
/// </summary>
public sealed record BecomeNonControlling(CallId Call, FunctionPeer ControllingFunction) : MediaCommand(Call);
