using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>Session-Expires (RFC 4028 4): the session interval and who refreshes it.</summary>
public readonly record struct SipSessionExpires(uint Interval_s, SipRefresher Refresher)
{
    public static bool TryParse(string? text, out SipSessionExpires value)
    {
        value = default;
        if (!SipHeaderValue.TryCut(text, out ReadOnlySpan<char> head, out SipParameters parameters) ||
            !SipSyntax.TryParseNumber(head, uint.MaxValue, out uint interval_s))
            return false;
        SipRefresher refresher = SipRefresher.None;
        if (parameters["refresher"] is { } name)
        {
            refresher = name.Equals("uac", StringComparison.OrdinalIgnoreCase) ? SipRefresher.Uac
                : name.Equals("uas", StringComparison.OrdinalIgnoreCase) ? SipRefresher.Uas
                : SipRefresher.None;
            if (refresher == SipRefresher.None)
                return false;
        }
        value = new SipSessionExpires(interval_s, refresher);
        return true;
    }

    public override string ToString() => Interval_s.ToString(CultureInfo.InvariantCulture) + Refresher switch
    {
        SipRefresher.Uac => ";refresher=uac",
        SipRefresher.Uas => ";refresher=uas",
        _ => "",
    };
}
