namespace MediaEngine.Media;

/// <summary>The leg began or ceased to monitor the bearer, or to hold the call's floor key.</summary>
public sealed record ChangeLeg(CallId Call, LegId Leg, LegDelivery Delivery) : MediaCommand(Call);
