using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MediaEngine.Sip;

/// <summary>One Via value (RFC 3261 20.42, RFC 3581).</summary>
public sealed class SipVia
{
    /// <summary>RFC 3261 8.1.1.7: a branch that starts with it is unique across space and time.</summary>
    public const string MagicCookie = "z9hG4bK";

    private const string Version2 = "2.0";

    public SipVia(string transport, string host, int port, string branch)
    {
        if (!SipSyntax.IsToken(transport) || !SipSyntax.TryCutHostPort(host, out _, out int embedded) || embedded != 0 ||
            port is < 0 or > 65535 || !SipSyntax.IsToken(branch))
            throw new ArgumentException("Not the parts of a Via.", nameof(host));
        Transport = transport;
        Host = host;
        Port = port;
        Parameters.Set("branch", branch);
    }

    private SipVia(string version, string transport, string host, int port, SipParameters parameters)
    {
        Version = version;
        Transport = transport;
        Host = host;
        Port = port;
        Parameters = parameters;
    }

    /// <summary>The protocol version as written; anything but 2.0 stands in messages that are answered 505 or 400.</summary>
    public string Version { get; } = Version2;

    /// <summary>UDP, TCP, TLS, upper case as written.</summary>
    public string Transport { get; }

    /// <summary>sent-by host; IPv6 in brackets.</summary>
    public string Host { get; }

    /// <summary>sent-by port; 0 = none written.</summary>
    public int Port { get; }

    public SipParameters Parameters { get; } = new();

    /// <summary>"" when absent.</summary>
    public string Branch => Parameters["branch"] ?? "";

    /// <summary>True when the branch has the cookie and something after it.</summary>
    public bool HasMagicBranch => IsMagic(Branch);

    public string? Received => Parameters["received"];

    /// <summary>RFC 3581: the parameter is there, filled or not.</summary>
    public bool HasRPort => Parameters.Contains("rport");

    /// <summary>The port of a filled rport; 0 = none.</summary>
    public int RPort => SipSyntax.TryParseNumber(Parameters["rport"], 65535, out uint port) ? (int)port : 0;

    public static bool TryParse(string? text, [NotNullWhen(true)] out SipVia? via)
    {
        via = null;
        if (text is null || !SipSyntax.IsValue(text) || !SipViaText.TryCut(text, out SipViaText cut))
            return false;
        var parameters = new SipParameters();
        if (cut.Parameters.Length > 0)
            SipParameters.TryParse(cut.Parameters, inUri: false, parameters);
        via = new SipVia(cut.IsVersion2 ? Version2 : cut.Version.ToString(), cut.Transport.ToString(), cut.Host.ToString(), cut.Port, parameters);
        return true;
    }

    internal static bool IsMagic(ReadOnlySpan<char> branch) =>
        branch.Length > MagicCookie.Length && branch.StartsWith(MagicCookie, StringComparison.OrdinalIgnoreCase);

    public override string ToString() =>
        $"SIP/{Version}/{Transport} {Host}{(Port == 0 ? "" : ":" + Port.ToString(CultureInfo.InvariantCulture))}{Parameters}";
}
