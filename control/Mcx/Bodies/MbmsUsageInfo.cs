using System.Globalization;
using System.Xml.Linq;

namespace MediaEngine.Mcx;

/// <summary>
/// The mcptt-mbms-usage-info body (TS 24.379 F.2): a bearer announcement from the server, or a listening report from a client.
/// </summary>
public sealed record MbmsUsageInfo
{
    private const int MaxSessions = 64;
    private const int MaxSession_chars = 255;
    private const int MaxTmgis = 16;
    private static readonly XNamespace Namespace = "urn:3gpp:ns:mcpttMbmsUsage:1.0";

    /// <summary>Null in a report.</summary>
    public MbmsAnnouncement? Announcement { get; init; }

    /// <summary>Null in an announcement.</summary>
    public MbmsListeningReport? Report { get; init; }

    /// <summary>False, with a reason fit for a log line, when it is not such a body. Unknown elements are passed over.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> body, out MbmsUsageInfo usage, out string reason)
    {
        usage = null!;
        if (!SafeXml.TryParse(body, out XElement root, out reason))
            return false;
        if (root.Name != Namespace + "mcptt-mbms-usage-info")
        {
            reason = $"root <{root.Name.LocalName}> is not <mcptt-mbms-usage-info> of {Namespace}";
            return false;
        }
        MbmsAnnouncement? announcement = null;
        if (root.Element(Namespace + "announcement") is { } announced && !TryRead(root, announced, out announcement, out reason))
            return false;
        MbmsListeningReport? report = null;
        if (root.Element(Namespace + "mbms-listening-status") is { } status && !TryRead(status, out report, out reason))
            return false;
        if (announcement is null == report is null)
        {
            reason = "it is neither an announcement nor a listening report, or it is both";
            return false;
        }
        usage = new MbmsUsageInfo { Announcement = announcement, Report = report };
        return true;
    }

    public byte[] Serialise()
    {
        var root = new XElement(Namespace + "mcptt-mbms-usage-info");
        if (Report is { } report)
        {
            root.Add(new XElement(Namespace + "mbms-listening-status",
                new XElement(Namespace + "mbms-listening-status", report.Listens ? "listening" : "not-listening"),
                report.Sessions.Select(session => new XElement(Namespace + "session-id", session)),
                report.GeneralPurpose ? new XElement(Namespace + "general-purpose", "true") : null,
                report.Tmgis.Select(tmgi => new XElement(Namespace + "TMGI", tmgi.ToString()))));
        }
        if (Announcement is { } announcement)
        {
            root.Add(new XElement(Namespace + "announcement", new XElement(Namespace + "TMGI", announcement.Tmgi.ToString())));
            root.Add(new XElement(Namespace + "GPMS", announcement.GeneralPurposeLine.ToString(CultureInfo.InvariantCulture)));
        }
        return SafeXml.Serialise(root);
    }

    private static bool TryRead(XElement root, XElement announced, out MbmsAnnouncement? announcement, out string reason)
    {
        announcement = null;
        if (!Tmgi.TryParse(announced.Element(Namespace + "TMGI")?.Value, out Tmgi? tmgi))
            return Fail("the announcement has no TMGI of 6 or 12 hex digits", out reason);
        if (!byte.TryParse(root.Element(Namespace + "GPMS")?.Value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out byte line) || line == 0)
            return Fail("GPMS is not the number of a media line", out reason);
        announcement = new MbmsAnnouncement(tmgi, line);
        reason = string.Empty;
        return true;
    }

    private static bool TryRead(XElement status, out MbmsListeningReport? report, out string reason)
    {
        report = null;
        bool? listens = status.Element(Namespace + "mbms-listening-status")?.Value.Trim() switch
        {
            "listening" => true,
            "not-listening" => false,
            _ => null,
        };
        if (listens is not { } listening)
            return Fail("the status is neither listening nor not-listening", out reason);
        string[] sessions = [.. status.Elements(Namespace + "session-id").Select(session => session.Value.Trim()).Take(MaxSessions + 1)];
        if (sessions.Length > MaxSessions || sessions.Any(session => session.Length is 0 or > MaxSession_chars))
            return Fail($"more than {MaxSessions} session identities, or one that is empty or longer than {MaxSession_chars} characters", out reason);
        var tmgis = new List<Tmgi>();
        foreach (XElement element in status.Elements(Namespace + "TMGI"))
        {
            if (tmgis.Count == MaxTmgis || !Tmgi.TryParse(element.Value, out Tmgi? tmgi))
                return Fail($"more than {MaxTmgis} TMGIs, or one that has not 6 or 12 hex digits", out reason);
            tmgis.Add(tmgi);
        }
        report = new MbmsListeningReport
        {
            Listens = listening,
            Sessions = sessions,
            GeneralPurpose = status.Element(Namespace + "general-purpose")?.Value.Trim() is "true" or "1",
            Tmgis = tmgis,
        };
        reason = string.Empty;
        return true;
    }

    private static bool Fail(string why, out string reason)
    {
        reason = why;
        return false;
    }
}
