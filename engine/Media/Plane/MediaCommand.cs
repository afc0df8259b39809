namespace MediaEngine.Media;

/// <summary>
/// What the control plane asks of the media plane. Keys in a command are copied when it is submitted: the submitter may
/// dispose its own as soon as <see cref="IMediaPlane.TrySubmit"/> returned.
/// </summary>
public abstract record MediaCommand(CallId Call);
