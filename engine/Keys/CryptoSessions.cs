namespace MediaEngine.Keys;

/// <summary>CS ID values (TS 33.180 Table E.1.3-1).</summary>
internal static class CryptoSessions
{
    /// <summary>MCPTT group call media under a GMK.</summary>
    public const byte McpttGroupCall = 4;

    /// <summary>SRTCP of MCPTT under a CSK.</summary>
    public const byte McpttClientServer = 6;
}
