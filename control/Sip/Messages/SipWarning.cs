using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>One Warning value: warn-code SP warn-agent SP quoted text (RFC 3261 20.43).</summary>
public sealed record SipWarning(int Code, string Agent, string Text)
{
    /// <summary>The three-digit code at the start of an MC warning text (TS 24.379 4.4), or null.</summary>
    public int? McCode => Text.Length >= 3 && SipSyntax.TryParseNumber(Text.AsSpan(0, 3), 999, out uint code) &&
        (Text.Length == 3 || Text[3] == ' ') ? (int)code : null;

    public static bool TryParse(string? text, [NotNullWhen(true)] out SipWarning? warning)
    {
        warning = null;
        if (text is null || !SipSyntax.IsValue(text))
            return false;
        ReadOnlySpan<char> rest = SipSyntax.Trim(text);
        int space = rest.IndexOf(' ');
        if (space != 3 || !SipSyntax.TryParseNumber(rest[..3], 999, out uint code))
            return false;
        rest = SipSyntax.Trim(rest[3..]);
        space = rest.IndexOf(' ');
        if (space <= 0)
            return false;
        ReadOnlySpan<char> quoted = SipSyntax.Trim(rest[space..]);
        if (quoted.Length < 2 || quoted[0] != '"' || quoted[^1] != '"')
            return false;
        warning = new SipWarning((int)code, rest[..space].ToString(), SipSyntax.Unquote(quoted));
        return true;
    }

    /// <summary>Every Warning of a message that can be read.</summary>
    public static IReadOnlyList<SipWarning> AllOf(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var warnings = new List<SipWarning>();
        foreach (string value in message.Headers.GetAll("Warning"))
        {
            if (TryParse(value, out SipWarning? warning))
                warnings.Add(warning);
        }
        return warnings;
    }

    public override string ToString() =>
        $"{Code.ToString("D3", CultureInfo.InvariantCulture)} {Agent} {SipSyntax.Quote(OneLine(Text))}";

    private static string OneLine(string text) => SipSyntax.IsValue(text)
        ? text
        : text.Replace('\r', ' ').Replace('\n', ' ').Replace('\0', ' ');
}
