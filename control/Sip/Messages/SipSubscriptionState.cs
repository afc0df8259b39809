using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>Subscription-State of a NOTIFY (RFC 6665 8.2.3).</summary>
/// <param name="State">active, pending, terminated, lower case; another token is kept (4.1.3: treat as active).</param>
/// <param name="Reason">deactivated, probation, rejected, timeout, giveup, noresource, invariant.</param>
public sealed record SipSubscriptionState(string State, uint? Expires_s = null, string? Reason = null, uint? RetryAfter_s = null)
{
    public const string Active = "active";
    public const string Pending = "pending";
    public const string Terminated = "terminated";

    public bool IsTerminated => State == Terminated;

    public static bool TryParse(string? text, [NotNullWhen(true)] out SipSubscriptionState? value)
    {
        value = null;
        if (!SipHeaderValue.TryCut(text, out ReadOnlySpan<char> head, out SipParameters parameters) || !SipSyntax.IsToken(head) ||
            !TryReadSeconds(parameters["expires"], out uint? expires_s) || !TryReadSeconds(parameters["retry-after"], out uint? retryAfter_s) ||
            parameters["reason"] is { } reason && !SipSyntax.IsToken(reason))
            return false;
#pragma warning disable CA1308 // States are compared and written in lower case.
        value = new SipSubscriptionState(head.ToString().ToLowerInvariant(), expires_s, parameters["reason"]?.ToLowerInvariant(), retryAfter_s);
#pragma warning restore CA1308
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{State}{(Expires_s is null ? "" : ";expires=")}{Expires_s}{(Reason is null ? "" : ";reason=")}{Reason}" +
        $"{(RetryAfter_s is null ? "" : ";retry-after=")}{RetryAfter_s}");

    private static bool TryReadSeconds(string? text, out uint? seconds)
    {
        bool good = SipSyntax.TryParseNumber(text, uint.MaxValue, out uint number);
        seconds = good ? number : null;
        return good || text is null;
    }
}
