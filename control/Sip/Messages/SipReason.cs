using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>One Reason value (RFC 3326): why a request was sent, in a protocol's own codes.</summary>
/// <param name="Protocol">SIP, Q.850 or another token.</param>
public sealed record SipReason(string Protocol, uint? Cause = null, string? Text = null)
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out SipReason? value)
    {
        value = null;
        if (!SipHeaderValue.TryCut(text, out ReadOnlySpan<char> head, out SipParameters parameters) || !SipSyntax.IsToken(head))
            return false;
        uint? cause = null;
        if (parameters["cause"] is { } digits)
        {
            if (!SipSyntax.TryParseNumber(digits, uint.MaxValue, out uint number))
                return false;
            cause = number;
        }
        value = new SipReason(head.ToString(), cause, parameters["text"] is { } quoted ? SipSyntax.Unquote(quoted) : null);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Protocol}{(Cause is null ? "" : ";cause=")}{Cause}{(Text is null ? "" : ";text=" + SipSyntax.Quote(Text))}");
}
