namespace MediaEngine.Sip;

/// <summary>Option tags of Supported and Require.</summary>
public static class SipOptionTags
{
    /// <summary>Reliable provisional responses (RFC 3262).</summary>
    public const string Reliable = "100rel";

    /// <summary>Session timers (RFC 4028).</summary>
    public const string Timer = "timer";

    /// <summary>Proxies between a client and its registrar (RFC 3327).</summary>
    public const string Path = "path";

    /// <summary>Flows that a client keeps open (RFC 5626).</summary>
    public const string Outbound = "outbound";

    /// <summary>The sender of the message knows the extension: it stands in Supported or Require.</summary>
    public static bool IsKnownTo(SipMessage message, string tag)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Stands("Supported", message, tag) || IsRequired(message, tag);
    }

    public static bool IsRequired(SipMessage message, string tag)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Stands("Require", message, tag);
    }

    /// <summary>Adds the tag to Supported or Require, once.</summary>
    internal static void Add(string header, SipMessage message, string tag)
    {
        if (!Stands(header, message, tag))
            message.Headers.Add(header, tag);
    }

    private static bool Stands(string header, SipMessage message, string tag) =>
        message.Headers.GetAll(header).Contains(tag, StringComparer.OrdinalIgnoreCase);
}
