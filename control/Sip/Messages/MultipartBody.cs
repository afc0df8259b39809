using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace MediaEngine.Sip;

/// <summary>multipart bodies (RFC 2046 5.1, RFC 5621), bounded by <see cref="SipLimits"/>.</summary>
public static class MultipartBody
{
    private const int MaxPartHeaders = 16;

    /// <summary>
    /// Splits a multipart. False when the content type is no multipart, has no usable boundary, or the body breaks a rule or a
    /// bound. Nested multiparts are split too (<see cref="MimePart.Parts"/>).
    /// </summary>
    public static bool TryParse(string contentType, ReadOnlyMemory<byte> body, out IReadOnlyList<MimePart> parts, SipLimits? limits = null)
    {
        limits ??= SipLimits.Default;
        int budget = limits.MaxParts;
        if (TryParse(contentType, body, limits.MaxPartLevels, ref budget, out List<MimePart>? found))
        {
            parts = found!;
            return true;
        }
        parts = [];
        return false;
    }

    /// <summary>Composes multipart/mixed. The boundary is derived from the parts and occurs in none of them.</summary>
    public static byte[] Compose(IReadOnlyList<MimePart> parts, out string contentType)
    {
        ArgumentNullException.ThrowIfNull(parts);
        byte[][] encoded = [.. parts.Select(Encode)];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] part in encoded)
            hash.AppendData(part);
        string seed = Convert.ToHexStringLower(hash.GetHashAndReset(), 0, 12);
        for (int attempt = 0; ; attempt++)
        {
            string boundary = attempt == 0 ? "mcx-" + seed : $"mcx-{seed}-{attempt}";
            byte[] mark = Encoding.ASCII.GetBytes(boundary);
            if (encoded.All(part => part.AsSpan().IndexOf(mark) < 0))
                return Assemble(encoded, boundary, out contentType);
        }
    }

    /// <summary>Composes with the caller's boundary. Throws when it is no boundary or occurs in a part.</summary>
    public static byte[] Compose(IReadOnlyList<MimePart> parts, string boundary, out string contentType)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (!SipSyntax.IsBoundary(boundary))
            throw new ArgumentException("Not a boundary (RFC 2046 5.1.1).", nameof(boundary));
        byte[] mark = Encoding.ASCII.GetBytes("--" + boundary);
        byte[][] encoded = [.. parts.Select(Encode)];
        if (encoded.Any(part => part.AsSpan().IndexOf(mark) >= 0))
            throw new ArgumentException("The boundary occurs in a part.", nameof(boundary));
        return Assemble(encoded, boundary, out contentType);
    }

    /// <summary>The leaf parts in order: a single body is one part. Empty when there is no body or it is malformed.</summary>
    public static IReadOnlyList<MimePart> PartsOf(SipMessage message, SipLimits? limits = null) =>
        TryPartsOf(message, out IReadOnlyList<MimePart> parts, limits) ? parts : [];

    /// <summary>As <see cref="PartsOf"/>; false only when a multipart is malformed or a body has no Content-Type.</summary>
    public static bool TryPartsOf(SipMessage message, out IReadOnlyList<MimePart> parts, SipLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        parts = [];
        if (message.Body.Length == 0)
            return true;
        if (message.ContentType is not { } contentType)
            return false;
        if (!MediaTypeOf(contentType).StartsWith("multipart/", StringComparison.Ordinal))
        {
            var single = new MimePart(contentType, message.Body);
            foreach (string name in (ReadOnlySpan<string>)["Content-ID", "Content-Disposition"])
            {
                if (message.Headers.Get(name) is { } value)
                    single.Headers.Set(name, value);
            }
            parts = [single];
            return true;
        }
        if (!TryParse(contentType, message.Body, out IReadOnlyList<MimePart> tree, limits))
            return false;
        var leaves = new List<MimePart>();
        CollectLeaves(tree, MediaTypeOf(contentType), MimePart.IsOptionalHandling(message.Headers.Get("Content-Disposition")), leaves);
        parts = leaves;
        return true;
    }

    /// <summary>type/subtype of a Content-Type in lower case.</summary>
    public static string MediaTypeOf(string contentType)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        int end = contentType.IndexOf(';', StringComparison.Ordinal);
        string type = (end < 0 ? contentType : contentType[..end]).Trim(' ', '\t');
        int slash = type.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && type.AsSpan().IndexOfAny(' ', '\t') >= 0)
            type = type[..slash].Trim(' ', '\t') + "/" + type[(slash + 1)..].Trim(' ', '\t');
#pragma warning disable CA1308 // Media types are written in lower case.
        return type.ToLowerInvariant();
#pragma warning restore CA1308
    }

    /// <summary>A parameter of a Content-Type, quotes undone; null when absent.</summary>
    public static string? ParameterOf(string contentType, string name)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        int semicolon = SipSyntax.IndexOfSeparator(contentType, ';');
        var parameters = new SipParameters();
        if (semicolon < 0 || !SipParameters.TryParse(contentType.AsSpan(semicolon + 1), inUri: false, parameters))
            return null;
        return parameters[name] is { } value ? SipSyntax.Unquote(value) : null;
    }

    private static void CollectLeaves(IReadOnlyList<MimePart> tree, string mediaType, bool areOptional, List<MimePart> leaves)
    {
        areOptional |= mediaType == "multipart/alternative";
        for (int i = 0; i < tree.Count; i++)
        {
            MimePart part = tree[i];
            part.IsOneOfSeveral = areOptional || (i > 0 && mediaType == "multipart/related");
            if (part.Parts.Count > 0)
                CollectLeaves(part.Parts, part.MediaType, part.IsOptional, leaves);
            else
                leaves.Add(part);
        }
    }

    private static bool TryParse(string contentType, ReadOnlyMemory<byte> body, int levels, ref int budget, out List<MimePart>? parts)
    {
        parts = null;
        if (levels <= 0 || !MediaTypeOf(contentType).StartsWith("multipart/", StringComparison.Ordinal) ||
            ParameterOf(contentType, "boundary") is not { } boundary || !SipSyntax.IsBoundary(boundary))
            return false;
        byte[] delimiter = Encoding.ASCII.GetBytes("--" + boundary);
        var found = new List<MimePart>();
        int at = 0;
        int partStart = -1;
        ReadOnlySpan<byte> span = body.Span;
        while (TryFindDelimiter(span, delimiter, at, out int start, out int after, out bool closing))
        {
            if (partStart >= 0)
            {
                // The line break before a delimiter is the delimiter's. Two delimiters in a row leave an empty, headerless part.
                int partEnd = Math.Max(partStart, start >= 2 ? start - 2 : start);
                if (--budget < 0 || !TryReadPart(body[partStart..partEnd], levels, ref budget, out MimePart? part))
                    return false;
                found.Add(part!);
            }
            if (closing)
            {
                parts = found;
                return found.Count > 0;
            }
            partStart = after;
            at = after;
        }
        return false;
    }

    /// <summary>A delimiter stands at the start of a line, and only white space follows it on its line.</summary>
    private static bool TryFindDelimiter(ReadOnlySpan<byte> body, byte[] delimiter, int from, out int start, out int after, out bool closing)
    {
        closing = false;
        after = 0;
        start = from;
        while (true)
        {
            int hit = body[start..].IndexOf(delimiter);
            if (hit < 0)
                return false;
            start += hit;
            after = start + delimiter.Length;
            bool atLineStart = start == 0 || (start >= 2 && body[start - 2] == '\r' && body[start - 1] == '\n');
            if (atLineStart)
            {
                closing = body[after..].StartsWith("--"u8);
                if (closing)
                    after += 2;
                while (after < body.Length && body[after] is (byte)' ' or (byte)'\t')
                    after++;
                if (body[after..].StartsWith("\r\n"u8))
                {
                    after += 2;
                    return true;
                }
                if (closing && after == body.Length)
                    return true;
                closing = false;
            }
            start++;
        }
    }

    private static bool TryReadPart(ReadOnlyMemory<byte> bytes, int levels, ref int budget, out MimePart? part)
    {
        part = null;
        var headers = new SipHeaders();
        if (!MimeHeaders.TryRead(bytes.Span, MaxPartHeaders, headers, out int bodyStart))
            return false;
        ReadOnlyMemory<byte> content = bytes[bodyStart..];
        if (!MimeHeaders.TryDecodeTransfer(headers.Get("Content-Transfer-Encoding"), ref content))
            return false;
        string contentType = headers.Get("Content-Type") ?? "text/plain";
        if (!MediaTypeOf(contentType).StartsWith("multipart/", StringComparison.Ordinal))
        {
            part = new MimePart(headers, content);
            return true;
        }
        if (!TryParse(contentType, content, levels - 1, ref budget, out List<MimePart>? nested))
            return false;
        part = new MimePart(headers, content) { Parts = nested! };
        return true;
    }

    private static byte[] Encode(MimePart part)
    {
        var text = new StringBuilder();
        text.Append("Content-Type: ").Append(part.ContentType).Append("\r\n");
        foreach (var (name, value) in part.Headers)
        {
            if (name is not ("Content-Type" or "Content-Length" or "Content-Transfer-Encoding"))
                text.Append(name).Append(": ").Append(value).Append("\r\n");
        }
        string? transfer = part.Headers.Get("Content-Transfer-Encoding");
        bool base64 = string.Equals(transfer, "base64", StringComparison.OrdinalIgnoreCase);
        if (base64)
            text.Append("Content-Transfer-Encoding: base64\r\n");
        else if (transfer is not null)
            text.Append("Content-Transfer-Encoding: binary\r\n");
        text.Append("\r\n");
        if (base64)
            text.Append(Convert.ToBase64String(part.Body.Span, Base64FormattingOptions.InsertLineBreaks));
        byte[] head = Encoding.UTF8.GetBytes(text.ToString());
        return base64 ? head : [.. head, .. part.Body.Span];
    }

    private static byte[] Assemble(byte[][] parts, string boundary, out string contentType)
    {
        var body = new ArrayBufferWriter<byte>(parts.Sum(part => part.Length + boundary.Length + 8) + 16);
        foreach (byte[] part in parts)
        {
            Encoding.ASCII.GetBytes("--" + boundary + "\r\n", body);
            body.Write(part);
            body.Write("\r\n"u8);
        }
        Encoding.ASCII.GetBytes("--" + boundary + "--\r\n", body);
        contentType = SipSyntax.IsToken(boundary)
            ? "multipart/mixed;boundary=" + boundary
            : "multipart/mixed;boundary=\"" + boundary + "\"";
        return body.WrittenSpan.ToArray();
    }
}
