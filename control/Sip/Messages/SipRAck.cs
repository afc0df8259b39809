using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>RAck (RFC 3262 7.2): which response to which request a PRACK acknowledges.</summary>
public sealed record SipRAck(uint RSeq, uint CSeq, string Method)
{
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipRAck? value)
    {
        value = null;
        ReadOnlySpan<char> rest = SipSyntax.Trim(text);
        int space = rest.IndexOfAny(' ', '\t');
        if (space < 0 || !SipSyntax.TryParseNumber(rest[..space], uint.MaxValue, out uint rseq) || rseq == 0 ||
            !SipMessage.TryCutCSeq(SipSyntax.Trim(rest[space..]), out uint cseq, out ReadOnlySpan<char> method))
            return false;
        value = new SipRAck(rseq, cseq, SipMethods.Intern(method));
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{RSeq} {CSeq} {Method}");
}
