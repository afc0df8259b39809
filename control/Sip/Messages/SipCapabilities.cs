namespace MediaEngine.Sip;

/// <summary>What a user agent server understands, and the answer to requests that ask for more (RFC 3261 8.2.1 to 8.2.3).</summary>
public sealed class SipCapabilities
{
    private const string Sdp = "application/sdp";

    /// <summary>ACK and CANCEL included: this is the Allow header.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>Option tags that may stand in Require, for Supported.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>Media types of bodies and body parts, lower case; multiparts are always understood.</summary>
    public required IReadOnlyList<string> ContentTypes { get; init; }

    /// <summary>Event packages that may be subscribed to (RFC 6665).</summary>
    public IReadOnlyList<string> EventPackages { get; init; } = [];

    /// <summary>The value of Allow-Events.</summary>
    public string AllowEvents => string.Join(", ", EventPackages);

    /// <summary>The value of Allow.</summary>
    public string Allow => string.Join(", ", Methods);

    /// <summary>The value of Supported.</summary>
    public string Supported => string.Join(", ", Extensions);

    /// <summary>The 405, 416, 420, 415 or 406 that the request earns; null when nothing is wrong, and for ACK and CANCEL.
    /// The transaction layer gives it its To tag.</summary>
    public SipResponse? Refusal(SipRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method is SipMethods.Ack or SipMethods.Cancel)
            return null;
        if (!Methods.Contains(request.Method))
            return Refuse(request, 405, "Allow", Allow);
        if (!SipUriText.TryCut(request.RequestUri, out SipUriText uri) || uri.Kind == SipUriKind.Foreign)
            return SipResponse.For(request, 416);
        if (request.Headers.Contains("Require") && UnsupportedOf(request) is { Length: > 0 } unsupported)
            return Refuse(request, 420, "Unsupported", string.Join(", ", unsupported));
        if (!UnderstandsBody(request))
            return Refuse(request, 415, "Accept", string.Join(", ", ContentTypes));
        if (request.Headers.Get("Content-Encoding") is { } encoding && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            return Refuse(request, 415, "Accept-Encoding", "identity");
        if (request.Method == SipMethods.Invite && request.Headers.GetAll("Accept") is { Count: > 0 } accepted && !accepted.Any(TakesAnAnswer))
            return SipResponse.For(request, 406);
        return null;
    }

    private string[] UnsupportedOf(SipRequest request) =>
        [.. request.Headers.GetAll("Require").Where(tag => !Extensions.Contains(tag, StringComparer.OrdinalIgnoreCase))];

    // What has no type, or is no multipart though it says so, is its procedure's to refuse.
    private bool UnderstandsBody(SipRequest request)
    {
        if (request.Body.Length == 0 || request.ContentType is not { } contentType)
            return true;
        string mediaType = MultipartBody.MediaTypeOf(contentType);
        if (!mediaType.StartsWith("multipart/", StringComparison.Ordinal))
            return ContentTypes.Contains(mediaType) || MimePart.IsOptionalHandling(request.Headers.Get("Content-Disposition"));
        return !MultipartBody.TryPartsOf(request, out IReadOnlyList<MimePart> parts) ||
            parts.All(part => part.IsOptional || ContentTypes.Contains(part.MediaType));
    }

    private static bool TakesAnAnswer(string range) =>
        MultipartBody.MediaTypeOf(range) is Sdp or "application/*" or "*/*" or "multipart/mixed" or "multipart/*";

    private static SipResponse Refuse(SipRequest request, int status, string header, string value)
    {
        SipResponse response = SipResponse.For(request, status);
        response.Headers.Add(header, value);
        return response;
    }
}
