using MediaEngine.Floor;

namespace MediaEngine.Media;

/// <summary>
/// A leg sent floor control it has no right to; see <see cref="FloorEffectKind.NotAllowed"/>. The first is reported at once, then
/// at most one report in <see cref="Interval"/> tells of all since.
/// </summary>
/// <param name="Call">The call.</param>
/// <param name="Leg">Who sent it.</param>
/// <param name="Newest">The type of the last one; Request = it claimed an emergency or imminent peril it may not claim.</param>
/// <param name="Count">How many since the report before.</param>
public sealed record FloorMessagesRefused(CallId Call, LegId Leg, FloorMessageType Newest, long Count) : MediaReport(Call)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
}
