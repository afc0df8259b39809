namespace MediaEngine.Sip;

/// <summary>Why a subscription is terminated (RFC 6665 4.1.3), and what the subscriber does then.</summary>
public static class SubscriptionReasons
{
    /// <summary>Subscribe again at once.</summary>
    public const string Deactivated = "deactivated";

    /// <summary>Subscribe again later, or after retry-after.</summary>
    public const string Probation = "probation";

    /// <summary>Do not subscribe again: the authorisation is withdrawn.</summary>
    public const string Rejected = "rejected";

    /// <summary>It was not refreshed; subscribe again if it is still wanted.</summary>
    public const string Timeout = "timeout";

    /// <summary>The authorisation did not come in time; subscribe again later, or after retry-after.</summary>
    public const string GiveUp = "giveup";

    /// <summary>Do not subscribe again: the resource is gone.</summary>
    public const string NoResource = "noresource";

    /// <summary>Do not subscribe again: the state will not change any more.</summary>
    public const string Invariant = "invariant";

    /// <summary>Whether subscribing again makes sense. A reason that is not known counts as none (4.1.3).</summary>
    public static bool MayResubscribe(string? reason) => reason is not (Rejected or NoResource or Invariant);
}
