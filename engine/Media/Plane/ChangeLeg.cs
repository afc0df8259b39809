namespace MediaEngine.Media;

/// <summary>Moves a leg between unicast and multicast delivery.</summary>
public sealed record ChangeLeg(CallId Call, LegId Leg, LegDelivery Delivery) : MediaCommand(Call);
