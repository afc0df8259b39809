namespace MediaEngine.Media;

/// <summary>
/// Begins or ends <see cref="FloorWatched"/> reports about a call. The first comes at once; who asks again gets the newest again.
/// </summary>
public sealed record WatchFloor(CallId Call, bool On) : MediaCommand(Call);
