namespace MediaEngine.Mcx;

/// <summary>
/// Releases a broadcast group call when its originator has talked and the floor is idle again (TS 24.380 6.2.4.6, TS 24.379 4.12).
/// </summary>
internal sealed class BroadcastRelease(GroupCallRelease release)
{
    /// <param name="talker">The leg that got the floor, or null when it is idle; everybody has been told.</param>
    public void FloorChanged(GroupCall call, int? talker, McxEffects effects)
    {
        if (!call.IsBroadcast)
            return;
        if (talker is not null)
            call.BroadcastBegan = true;
        else if (call.BroadcastBegan)
            release.Release(call, "the broadcast is over", effects);
    }
}
