namespace MediaEngine.Tool;

/// <summary>Who talks, as floor control tells this client.</summary>
/// <param name="Talker">Who was named last; null while nobody talks.</param>
/// <param name="Talkers">All that were named: several in a multi-talker group.</param>
/// <param name="Overriding">This client talks, over another one who keeps the floor (dual floor).</param>
/// <param name="Overridden">This client talks, and another one over it.</param>
internal readonly record struct TalkState(string? Talker, IReadOnlyList<string> Talkers, bool Overriding, bool Overridden);
