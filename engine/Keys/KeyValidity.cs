namespace MediaEngine.Keys;

/// <summary>When a key applies.</summary>
/// <param name="Activation">From when it is sent under; null is at once.</param>
/// <param name="Expiry">Until when it applies; null is without end.</param>
public readonly record struct KeyValidity(DateTimeOffset? Activation, DateTimeOffset? Expiry)
{
    public KeyStatus StatusAt(DateTimeOffset now) =>
        now >= Expiry ? KeyStatus.Retired : now < Activation ? KeyStatus.Pending : KeyStatus.Active;
}
