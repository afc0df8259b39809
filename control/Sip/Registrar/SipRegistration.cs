namespace MediaEngine.Sip;

/// <summary>What a REGISTER comes to; nothing was changed yet.</summary>
public sealed record SipRegistration
{
    /// <summary>200, or the refusal.</summary>
    public required int Status { get; init; }

    /// <summary>Why it is refused; "" for 200.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The address-of-record's bindings after it, best first. What did not change is the same object.</summary>
    public required IReadOnlyList<SipBinding> Bindings { get; init; }

    /// <summary>It only asks what is bound.</summary>
    public bool IsQuery { get; init; }

    /// <summary>The rules of RFC 5626 were applied.</summary>
    public bool IsOutbound { get; init; }

    /// <summary>A header that explains the refusal.</summary>
    public (string Name, string Value)? Header { get; init; }
}
