namespace MediaEngine.Sip;

/// <summary>What an <see cref="EventSubscriber"/> subscribes to, and as whom.</summary>
public sealed record EventSubscriberOptions
{
    /// <summary>The Request-URI.</summary>
    public required string RequestUri { get; init; }

    /// <summary>To; null = the Request-URI.</summary>
    public string? To { get; init; }

    /// <summary>The From URI.</summary>
    public required string From { get; init; }

    /// <summary>Value of Contact, where NOTIFYs come to.</summary>
    public required string Contact { get; init; }

    /// <summary>The host of Call-IDs.</summary>
    public required string HostName { get; init; }

    public required SipEvent Event { get; init; }

    /// <summary>Media types of the documents understood.</summary>
    public required IReadOnlyList<string> Accept { get; init; }

    /// <summary>The duration asked for; 0 = the state once.</summary>
    public uint Expires_s { get; init; } = 3600;

    /// <summary>The body of every SUBSCRIBE outside a dialog and of refreshes.</summary>
    public EventBody? Body { get; init; }

    /// <summary>Further headers of every SUBSCRIBE.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>
    /// Dialogs that one SUBSCRIBE may lead to when a proxy forks it (RFC 6665 4.1.4); the package decides. Further notifiers get 481.
    /// </summary>
    public int MaxDialogs { get; init; } = 1;

    /// <summary>False: what ends is not subscribed to again.</summary>
    public bool Resubscribes { get; init; } = true;

    /// <summary>RFC 3261 17.1.1.1; Timer N is 64 times as long.</summary>
    public TimeSpan T1 { get; init; } = TimeSpan.FromMilliseconds(500);
}
