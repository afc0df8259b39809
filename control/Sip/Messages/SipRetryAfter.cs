using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>Retry-After (RFC 3261 20.33); the comment is not kept.</summary>
/// <param name="Duration_s">How long the called party will be there after that; null when not said.</param>
public readonly record struct SipRetryAfter(uint Delay_s, uint? Duration_s = null)
{
    public static bool TryParse(string? text, out SipRetryAfter value)
    {
        value = default;
        ReadOnlySpan<char> rest = SipSyntax.Trim(text);
        int end = rest.IndexOfAny(" \t(;");
        ReadOnlySpan<char> delay = end < 0 ? rest : rest[..end];
        rest = SipSyntax.Trim(rest[delay.Length..]);
        var parameters = new SipParameters();
        if (!SipSyntax.TryParseNumber(delay, uint.MaxValue, out uint delay_s) || !TrySkipComment(ref rest) ||
            (rest.Length > 0 && (rest[0] != ';' || !SipParameters.TryParse(rest[1..], inUri: false, parameters))))
            return false;
        uint duration_s = 0;
        if (parameters["duration"] is { } duration && !SipSyntax.TryParseNumber(duration, uint.MaxValue, out duration_s))
            return false;
        value = new SipRetryAfter(delay_s, parameters.Contains("duration") ? duration_s : null);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Delay_s}{(Duration_s is null ? "" : ";duration=")}{Duration_s}");

    /// <summary>Comments nest (RFC 3261 25.1): they are counted, not recursed into.</summary>
    private static bool TrySkipComment(ref ReadOnlySpan<char> rest)
    {
        int depth = 0;
        for (int i = 0; i < rest.Length && (depth > 0 || rest[0] == '('); i++)
        {
            if (rest[i] == '\\')
                i++;
            else if (rest[i] == '(')
                depth++;
            else if (rest[i] == ')' && --depth == 0)
            {
                rest = SipSyntax.Trim(rest[(i + 1)..]);
                return true;
            }
        }
        return depth == 0;
    }
}
