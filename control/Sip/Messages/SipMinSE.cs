using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>Min-SE (RFC 4028 5): the smallest session interval that is taken.</summary>
public readonly record struct SipMinSE(uint Interval_s)
{
    public static bool TryParse(string? text, out SipMinSE value)
    {
        bool good = SipHeaderValue.TryCut(text, out ReadOnlySpan<char> head, out _) &
            SipSyntax.TryParseNumber(head, uint.MaxValue, out uint interval_s);
        value = good ? new SipMinSE(interval_s) : default;
        return good;
    }

    public override string ToString() => Interval_s.ToString(CultureInfo.InvariantCulture);
}
