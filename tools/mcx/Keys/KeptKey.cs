using MediaEngine.Keys;

namespace MediaEngine.Tool;

/// <summary>A group key that was delivered.</summary>
/// <param name="Sent">T of the last message that delivered it.</param>
public sealed record KeptKey(McxKey Key, NtpTimestamp Sent);
