using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>The bodies of one request, read once. The first part of a type counts; a second one is refused.</summary>
internal sealed class RequestBodies
{
    public McpttInfo? Info { get; private set; }

    public AffiliationDocument? Affiliation { get; private set; }

    public SessionDescription? Description { get; private set; }

    /// <summary>The regroup body as it came: its own outcome decides the answer.</summary>
    public MimePart? Regroup { get; private set; }

    /// <summary>A MIKEY message; what it holds is found out by opening it.</summary>
    public MimePart? Mikey { get; private set; }

    public MbmsUsageInfo? MbmsUsage { get; private set; }

    public KeyRotationBody? KeyRotation { get; private set; }

    public ServiceSettings? Settings { get; private set; }

    public static bool TryRead(SipMessage message, out RequestBodies bodies, out string reason)
    {
        bodies = new RequestBodies();
        reason = string.Empty;
        if (!MultipartBody.TryPartsOf(message, out IReadOnlyList<MimePart> parts))
        {
            reason = "the multipart body cannot be read";
            return false;
        }
        foreach (MimePart part in parts)
        {
            if (!bodies.TryAdd(part, ref reason))
                return false;
        }
        return true;
    }

    private bool TryAdd(MimePart part, ref string reason)
    {
        switch (MediaType(part.ContentType))
        {
            case ContentTypes.McpttInfo:
                if (Info is not null || !McpttInfo.TryParse(part.Body, out McpttInfo info, out reason))
                    return Fail("mcptt-info", ref reason);
                Info = info;
                return true;
            case ContentTypes.Pidf:
                if (Affiliation is not null || !AffiliationDocument.TryParse(part.Body, out AffiliationDocument document, out reason))
                    return Fail("affiliation document", ref reason);
                Affiliation = document;
                return true;
            case ContentTypes.Sdp:
                if (Description is not null || !SessionDescription.TryParse(part.Body, out SessionDescription description, out reason))
                    return Fail("session description", ref reason);
                Description = description;
                return true;
            case ContentTypes.McpttRegroup:
                if (Regroup is not null)
                    return Fail("regroup body", ref reason);
                Regroup = part;
                return true;
            case ContentTypes.Mikey:
                if (Mikey is not null)
                    return Fail("MIKEY message", ref reason);
                Mikey = part;
                return true;
            case ContentTypes.MbmsUsageInfo:
                if (MbmsUsage is not null || !MbmsUsageInfo.TryParse(part.Body, out MbmsUsageInfo usage, out reason))
                    return Fail("MBMS usage body", ref reason);
                MbmsUsage = usage;
                return true;
            case ContentTypes.PocSettings:
                if (Settings is not null || !ServiceSettings.TryParse(part.Body, out ServiceSettings settings, out reason))
                    return Fail("service settings", ref reason);
                Settings = settings;
                return true;
            case ContentTypes.KeyRotation:
                if (KeyRotation is not null || !KeyRotationBody.TryParse(part.Body, out KeyRotationBody rotation, out reason))
                    return Fail("key rotation body", ref reason);
                KeyRotation = rotation;
                return true;
            default:
                return true;
        }
    }

    private static string MediaType(string contentType) => contentType.Split(';')[0].Trim().ToLowerInvariant();

    private static bool Fail(string what, ref string reason)
    {
        reason = reason.Length == 0 ? $"more than one {what}" : $"{what}: {reason}";
        return false;
    }
}
