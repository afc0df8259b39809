namespace MediaEngine.Sip;

/// <summary>An event package whose state may be published (RFC 3903 10), and for how long.</summary>
public sealed record PublicationPackage(string Name)
{
    /// <summary>For who asks for no duration.</summary>
    public uint DefaultExpires_s { get; init; } = 3600;

    /// <summary>Less is refused with 423, but for 0.</summary>
    public uint MinExpires_s { get; init; } = 60;

    /// <summary>Longer ones are shortened.</summary>
    public uint MaxExpires_s { get; init; } = 3600;
}
