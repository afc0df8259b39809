using System.Diagnostics.CodeAnalysis;

namespace MediaEngine.Sip;

/// <summary>Event (RFC 6665 8.2.1): the package and the id that tells subscriptions of one dialog apart.</summary>
/// <param name="Package">As written; compared with case (RFC 6665 8.2.1).</param>
public sealed record SipEvent(string Package, string? Id = null)
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out SipEvent? value)
    {
        value = null;
        if (!SipHeaderValue.TryCut(text, out ReadOnlySpan<char> head, out SipParameters parameters) || !SipSyntax.IsToken(head) ||
            parameters["id"] is { } id && !SipSyntax.IsToken(id))
            return false;
        value = new SipEvent(head.ToString(), parameters["id"]);
        return true;
    }

    public override string ToString() => Id is null ? Package : $"{Package};id={Id}";
}
