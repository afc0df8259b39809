using MediaEngine.Floor;

namespace MediaEngine.Media;

/// <summary>Who hears whom while one talker overrides another (TS 24.380 6.3.6.4).</summary>
internal static class DualFloorRoute
{
    /// <summary>True when media of this talker goes to nobody but the talker that overrides it.</summary>
    public static bool IsForOverridingOnly(MediaCall call, int talker, out MediaLeg? overriding)
    {
        overriding = null;
        if (call.Policy.DualFloorListeners == DualFloorListeners.Both)
            return false;
        return call.Arbiter?.OverridingTalker is { } number && number != talker &&
            call.Legs.TryGetValue(number, out overriding);
    }
}
