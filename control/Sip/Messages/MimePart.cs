namespace MediaEngine.Sip;

/// <summary>One body part. The body is decoded: base64 and quoted-printable are undone on parsing.</summary>
public sealed class MimePart
{
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

    public SipHeaders Headers { get; } = new();

    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The parts of a nested multipart; empty for anything else.</summary>
    public IReadOnlyList<MimePart> Parts { get; internal init; } = [];
}
