namespace MediaEngine.Mcx;

/// <summary>MIME types of the bodies that MCX procedures carry in SIP.</summary>
public static class ContentTypes
{
    /// <summary>TS 24.379 F.1.</summary>
    public const string McpttInfo = "application/vnd.3gpp.mcptt-info+xml";

    /// <summary>TS 24.379 F.7.</summary>
    public const string McpttRegroup = "application/vnd.3gpp.mcptt-regroup+xml";

    /// <summary>TS 24.379 F.2.</summary>
    public const string MbmsUsageInfo = "application/vnd.3gpp.mcptt-mbms-usage-info+xml";

    public const string Pidf = "application/pidf+xml";

    /// <summary>RFC 4575.</summary>
    public const string ConferenceInfo = "application/conference-info+xml";

    /// <summary>Service settings (TS 24.379 7.2.3).</summary>
    public const string PocSettings = "application/poc-settings+xml";

    /// <summary>A MIKEY message, binary (TS 33.180 5.7, 5.4).</summary>
    public const string Mikey = "application/mikey";

    /// <summary><see cref="KeyRotationBody"/>.</summary>
    public const string KeyRotation = "application/vnd.mediaengine.key-rotation+xml";

    public const string Sdp = "application/sdp";

    /// <summary>TS 24.379 F.3. Taken without being used.</summary>
    public const string McpttLocationInfo = "application/vnd.3gpp.mcptt-location-info+xml";

    /// <summary>RFC 4826. Taken without being used.</summary>
    public const string ResourceLists = "application/resource-lists+xml";
}
