namespace MediaEngine.Sip;

/// <summary>The pieces of a Via value where they stand in its text, checked: what <see cref="SipVia"/> is made from.</summary>
internal ref struct SipViaText
{
    public ReadOnlySpan<char> Version;
    public ReadOnlySpan<char> Transport;
    public ReadOnlySpan<char> Host;
    public int Port;

    /// <summary>After the first semicolon; well formed.</summary>
    public ReadOnlySpan<char> Parameters;

    public readonly bool IsVersion2 => Version is "2.0";

    /// <summary>Empty when absent.</summary>
    public readonly ReadOnlySpan<char> Branch => SipParameters.TryFind(Parameters, "branch", out ReadOnlySpan<char> branch) ? branch : default;

    /// <summary>RFC 3581: the parameter is there, filled or not.</summary>
    public readonly bool HasRPort => SipParameters.TryFind(Parameters, "rport", out _);

    public readonly bool HasReceived => SipParameters.TryFind(Parameters, "received", out _);

    /// <summary>The text has no CR or LF.</summary>
    public static bool TryCut(ReadOnlySpan<char> text, out SipViaText via)
    {
        via = default;
        ReadOnlySpan<char> rest = text;
        if (!TryTake(ref rest, '/', out ReadOnlySpan<char> protocol) || !protocol.Equals("SIP", StringComparison.OrdinalIgnoreCase) ||
            !TryTake(ref rest, '/', out via.Version) || !SipSyntax.IsToken(via.Version))
            return false;
        rest = SipSyntax.Trim(rest);
        int space = rest.IndexOfAny(' ', '\t');
        if (space <= 0 || !SipSyntax.IsToken(rest[..space]))
            return false;
        via.Transport = rest[..space];
        rest = rest[space..];
        int semicolon = rest.IndexOf(';');
        if (semicolon >= 0)
        {
            via.Parameters = rest[(semicolon + 1)..];
            if (!SipParameters.IsValid(via.Parameters, inUri: false))
                return false;
            rest = rest[..semicolon];
        }
        return SipSyntax.TryCutHostPort(rest, out via.Host, out via.Port);
    }

    private static bool TryTake(scoped ref ReadOnlySpan<char> rest, char separator, out ReadOnlySpan<char> taken)
    {
        int i = rest.IndexOf(separator);
        taken = i < 0 ? default : SipSyntax.Trim(rest[..i]);
        if (i < 0)
            return false;
        rest = rest[(i + 1)..];
        return true;
    }
}
