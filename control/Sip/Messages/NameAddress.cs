using System.Diagnostics.CodeAnalysis;

namespace MediaEngine.Sip;

/// <summary>name-addr or addr-spec with header parameters: From, To, Contact, Route, P-Asserted-Identity (RFC 3261 20.10).</summary>
public sealed class NameAddress
{
    public NameAddress(SipUri uri, string? displayName = null)
    {
        ArgumentNullException.ThrowIfNull(uri);
        Uri = uri;
        DisplayName = displayName ?? "";
        if (DisplayName.AsSpan().IndexOfAny('\r', '\n') >= 0)
            throw new ArgumentException("A display name is one line.", nameof(displayName));
    }

    /// <summary>Without quotes; "" when none.</summary>
    public string DisplayName { get; }

    public SipUri Uri { get; }

    /// <summary>The header's own parameters (tag, expires, +g.3gpp.mcptt), not the URI's.</summary>
    public SipParameters Parameters { get; private init; } = new();

    /// <summary>The tag parameter; null when absent or empty.</summary>
    public string? Tag => Parameters["tag"] is { Length: > 0 } tag ? tag : null;

    public NameAddress WithTag(string tag)
    {
        var copy = new NameAddress(Uri, DisplayName) { Parameters = Parameters.Copy() };
        copy.Parameters.Set("tag", tag);
        return copy;
    }

    public static bool TryParse(string? text, [NotNullWhen(true)] out NameAddress? address)
    {
        address = null;
        if (text is null || !SipSyntax.IsValue(text) || !NameAddressText.TryCut(text, out NameAddressText cut) ||
            !SipUri.TryParse(cut.Uri, out SipUri? uri))
            return false;
        var parameters = new SipParameters();
        if (cut.Parameters.Length > 0)
            SipParameters.TryParse(cut.Parameters, inUri: false, parameters);
        address = new NameAddress(uri, SipSyntax.Unquote(cut.DisplayName)) { Parameters = parameters };
        return true;
    }

    public override string ToString() =>
        (DisplayName.Length == 0 ? "" : SipSyntax.Quote(DisplayName) + " ") + "<" + Uri + ">" + Parameters;
}
