namespace MediaEngine.Sip;

/// <summary>One body part. The body is decoded: base64 and quoted-printable are undone on parsing.</summary>
public sealed class MimePart
{
    private const string CidScheme = "cid:";

    public MimePart(string contentType, ReadOnlyMemory<byte> body)
    {
        Headers.Set("Content-Type", contentType);
        Body = body;
    }

    internal MimePart(SipHeaders headers, ReadOnlyMemory<byte> body)
    {
        Headers = headers;
        Body = body;
    }

    /// <summary>As written, with parameters; text/plain when the part has none (RFC 2046 5.1).</summary>
    public string ContentType => Headers.Get("Content-Type") ?? "text/plain";

    /// <summary>type/subtype in lower case, without parameters.</summary>
    public string MediaType => MultipartBody.MediaTypeOf(ContentType);

    public string? ContentId => Headers.Get("Content-ID");

    public string? ContentDisposition => Headers.Get("Content-Disposition");

    /// <summary>
    /// A receiver that does not know its type passes over it: handling=optional (RFC 3261 20.11), one of several alternatives, or
    /// a part of multipart/related that another one refers to (RFC 5621 7). Otherwise 415 is due.
    /// </summary>
    public bool IsOptional => IsOneOfSeveral || IsOptionalHandling(ContentDisposition);

    public SipHeaders Headers { get; } = new();

    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The parts of a nested multipart; empty for anything else.</summary>
    public IReadOnlyList<MimePart> Parts { get; internal init; } = [];

    internal bool IsOneOfSeveral { get; set; }

    /// <summary>True when the reference, cid: and a percent-encoded identifier, names this part (RFC 2392 2).</summary>
    public bool IsNamedBy(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return reference.StartsWith(CidScheme, StringComparison.OrdinalIgnoreCase) && ContentId is { } id &&
            id.Trim() == $"<{Uri.UnescapeDataString(reference[CidScheme.Length..])}>";
    }

    internal static bool IsOptionalHandling(string? disposition) => disposition is not null &&
        string.Equals(MultipartBody.ParameterOf(disposition, "handling"), "optional", StringComparison.OrdinalIgnoreCase);
}
