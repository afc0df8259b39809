using System.Diagnostics.CodeAnalysis;

namespace MediaEngine.Sip;

/// <summary>One Resource-Priority value (RFC 4412 3.1, RFC 8101): namespace and priority, lower case.</summary>
public sealed record SipResourcePriority(string Namespace, string Priority)
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out SipResourcePriority? value)
    {
        value = null;
        ReadOnlySpan<char> rest = SipSyntax.Trim(text);
        int dot = rest.IndexOf('.');
        // Neither part may hold a dot itself.
        if (dot <= 0 || !SipSyntax.IsToken(rest[..dot]) || !SipSyntax.IsToken(rest[(dot + 1)..]) || rest[(dot + 1)..].Contains('.'))
            return false;
#pragma warning disable CA1308 // RFC 4412 3.1: compared without case, written in lower case here.
        value = new SipResourcePriority(rest[..dot].ToString().ToLowerInvariant(), rest[(dot + 1)..].ToString().ToLowerInvariant());
#pragma warning restore CA1308
        return true;
    }

    public override string ToString() => $"{Namespace}.{Priority}";
}
