namespace MediaEngine.Floor;

/// <summary>
/// What a request weighs (TS 24.380 4.1.1.4): emergency before imminent peril before normal; within one type the number.
/// </summary>
internal readonly record struct EffectivePriority(FloorIndicator CallType, byte Number) : IComparable<EffectivePriority>
{
    /// <param name="request">What the participant sent.</param>
    /// <param name="profile">Its rights.</param>
    /// <param name="policy">The call's.</param>
    /// <param name="overclaimed">It claims what it may not, and what the call is not anyway.</param>
    public static EffectivePriority Of(
        in FloorMessage request, FloorParticipantProfile profile, FloorPolicy policy, out bool overclaimed)
    {
        request.TryGetFloorIndicator(out FloorIndicator claimed);
        FloorIndicator indicator = profile.Permit(claimed);
        // In an emergency call every client sets the bit; it tells the call's type then and asks for nothing.
        overclaimed = (claimed & ~indicator & ~policy.CallType) != FloorIndicator.None;
        // Without mc_priority the number in the request does not count; without a number the negotiated one does.
        byte number = profile.NegotiatedPriority ?? policy.DefaultPriority;
        if (profile.NegotiatedPriority is not null && request.TryGetFloorPriority(out byte requested))
            number = Math.Min(number, requested);
        return new EffectivePriority(TypeOf(indicator), number);
    }

    public static EffectivePriority Implicit(FloorIndicator callType, FloorParticipantProfile profile, FloorPolicy policy) =>
        new(TypeOf(callType), profile.NegotiatedPriority ?? policy.DefaultPriority);

    public bool IsUrgent => CallType != FloorIndicator.Normal;

    public static bool operator >(EffectivePriority left, EffectivePriority right) => left.CompareTo(right) > 0;

    public static bool operator <(EffectivePriority left, EffectivePriority right) => left.CompareTo(right) < 0;

    public int CompareTo(EffectivePriority other) => Weight.CompareTo(other.Weight);

    private int Weight => Number + CallType switch
    {
        FloorIndicator.Emergency => 0x200,
        FloorIndicator.ImminentPeril => 0x100,
        _ => 0,
    };

    private static FloorIndicator TypeOf(FloorIndicator indicator) =>
        (indicator & FloorIndicator.Emergency) != 0 ? FloorIndicator.Emergency
        : (indicator & FloorIndicator.ImminentPeril) != 0 ? FloorIndicator.ImminentPeril
        : FloorIndicator.Normal;
}
