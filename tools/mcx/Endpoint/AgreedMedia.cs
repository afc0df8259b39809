using System.Net;

namespace MediaEngine.Tool;

/// <summary>What both sides of a call agreed on, read from offer and answer.</summary>
/// <param name="Audio">Where the server takes audio.</param>
/// <param name="Floor">Where the server takes floor control.</param>
/// <param name="Priority">The floor priority to ask with, or null when none was agreed.</param>
/// <param name="ImplicitRequest">The call's set-up counts as the floor request.</param>
internal sealed record AgreedMedia(IPEndPoint Audio, IPEndPoint Floor, byte? Priority, bool ImplicitRequest)
{
    /// <summary>The answer grants the implicit request (mc_granted).</summary>
    public bool Granted { get; init; }

    public bool Queueing { get; init; }

    /// <summary>The SSRC of the server's floor control messages (mc_floor_ssrc), 0 when it did not say.</summary>
    public uint ServerFloorSsrc { get; init; }

    public CallUrgency Urgency { get; init; }

    /// <summary>This client started a broadcast group call.</summary>
    public bool BroadcastOriginator { get; init; }
}
