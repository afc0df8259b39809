using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>RSeq (RFC 3262 7.1): the number of a reliable provisional response, 1 to 2^32 - 1; a first one below 2^31.</summary>
public readonly record struct SipRSeq(uint Number)
{
    public static bool TryParse(string? text, out SipRSeq value)
    {
        bool good = SipSyntax.TryParseNumber(SipSyntax.Trim(text), uint.MaxValue, out uint number) && number > 0;
        value = good ? new SipRSeq(number) : default;
        return good;
    }

    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
}
