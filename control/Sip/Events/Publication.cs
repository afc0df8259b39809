namespace MediaEngine.Sip;

/// <summary>A PUBLISH that the compositor has nothing against; <see cref="EventStateCompositor.Commit"/> makes it so.</summary>
public sealed class Publication
{
    internal Publication(SipRequest request, PublicationPackage package, string publisher, PublicationKind kind, uint expires_s, EventState? current)
    {
        Request = request;
        Package = package;
        Publisher = publisher;
        Kind = kind;
        Expires_s = expires_s;
        Current = current;
    }

    public SipRequest Request { get; }

    public PublicationPackage Package { get; }

    public string Publisher { get; }

    public PublicationKind Kind { get; }

    /// <summary>What is granted.</summary>
    public uint Expires_s { get; }

    /// <summary>What its SIP-If-Match stands for; null without one.</summary>
    public EventState? Current { get; }
}
