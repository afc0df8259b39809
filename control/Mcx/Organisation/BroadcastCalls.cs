namespace MediaEngine.Mcx;

/// <summary>When a call on a group is a broadcast group call: only who starts it talks, and it ends with that talk.</summary>
public enum BroadcastCalls
{
    Never,

    /// <summary>When the caller asks for it (<c>broadcast-ind</c>).</summary>
    Allowed,

    Always,
}
