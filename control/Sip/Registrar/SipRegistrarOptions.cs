namespace MediaEngine.Sip;

/// <summary>Policy of a <see cref="SipRegistrar"/>.</summary>
public sealed record SipRegistrarOptions
{
    /// <summary>The longest a binding may last; also what a request gets that says nothing.</summary>
    public TimeSpan MaxExpires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Less is answered 423.</summary>
    public TimeSpan MinExpires { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bindings one address-of-record may have; the one that ends first makes room for another.</summary>
    public int MaxBindings { get; init; } = 4;

    /// <summary>Service-Route values of a 200 (RFC 3608).</summary>
    public IReadOnlyList<string> ServiceRoute { get; init; } = [];
}
