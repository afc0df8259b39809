namespace MediaEngine.Bench.Load;

/// <summary>How threads that nobody waits for are run.</summary>
internal enum Background
{
    /// <summary>SCHED_IDLE: only what others leave of the processor.</summary>
    Idle,

    /// <summary>Niceness 19: a small share of the processor.</summary>
    Nice,

    /// <summary>Like all others.</summary>
    Normal,
}
