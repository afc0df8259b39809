namespace MediaEngine.Sip;

/// <summary>A header value of the form <c>head *(;name=value)</c>, which most typed headers are.</summary>
internal static class SipHeaderValue
{
    /// <summary>False when the text is no single line, or the parameters are malformed.</summary>
    public static bool TryCut(string? text, out ReadOnlySpan<char> head, out SipParameters parameters)
    {
        head = default;
        parameters = new SipParameters();
        if (text is null || !SipSyntax.IsValue(text))
            return false;
        int semicolon = SipSyntax.IndexOfSeparator(text, ';');
        head = SipSyntax.Trim(semicolon < 0 ? text : text.AsSpan(0, semicolon));
        return semicolon < 0 || SipParameters.TryParse(text.AsSpan(semicolon + 1), inUri: false, parameters);
    }
}
