namespace MediaEngine.Floor;

/// <summary>Whom those hear who do not talk while one talker overrides another (TS 24.380 6.3.6.4).</summary>
public enum DualFloorListeners
{
    Both,

    /// <summary>Only the overriding talker.</summary>
    Overriding,
}
