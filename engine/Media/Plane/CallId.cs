namespace MediaEngine.Media;

/// <summary>A call on the media plane, chosen by the control plane; never reused while the media node runs.</summary>
public readonly record struct CallId(ulong Value);
