using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace MediaEngine.Sip;

/// <summary>Octets to messages (RFC 3261 7, 25). Never throws on what came from a wire.</summary>
public static class SipParser
{
    /// <summary>
    /// Reads one datagram, or one message that <see cref="SipFramer"/> cut out of a stream. <paramref name="message"/> is set
    /// for <see cref="SipParseOutcome.Ok"/>, <see cref="SipParseOutcome.BadRequest"/> and
    /// <see cref="SipParseOutcome.UnsupportedVersion"/>.
    /// </summary>
    public static SipParseOutcome TryParse(ReadOnlySpan<byte> datagram, SipLimits limits, out SipMessage? message)
    {
        ArgumentNullException.ThrowIfNull(limits);
        message = null;
        if (datagram.Length > limits.MaxMessage_bytes)
            return SipParseOutcome.TooLarge;
        // RFC 3261 7.5: CRLF before the start line is ignored.
        datagram = datagram[LeadingLineBreaks(datagram)..];
        if (datagram.IndexOfAnyExcept(" \t\r\n\0"u8) < 0)
            return SipParseOutcome.Empty;
        int headEnd = datagram.IndexOf("\r\n\r\n"u8);
        int head_bytes = headEnd < 0 ? datagram.Length : headEnd + 2;
        if (head_bytes > limits.MaxHead_bytes)
            return SipParseOutcome.TooLarge;
        ReadOnlySpan<byte> head = datagram[..head_bytes];
        bool good = headEnd >= 0;
        int lineEnd = head.IndexOf("\r\n"u8);
        if (lineEnd <= 0)
            return SipParseOutcome.Malformed;
        StartLine start = ReadStartLine(head[..lineEnd], limits, out SipMessage? parsed);
        if (parsed is null)
            return SipParseOutcome.Malformed;
        good &= start == StartLine.Good;
        good &= ReadHeaders(head[(lineEnd + 2)..], limits, parsed.Headers);
        good &= IsWellFormed(parsed);
        ReadOnlySpan<byte> body = headEnd < 0 ? default : datagram[(headEnd + 4)..];
        good &= TryCutBody(parsed.Headers, ref body);
        if (good)
        {
            parsed.Body = body.ToArray();
            message = parsed;
            return SipParseOutcome.Ok;
        }
        if (parsed is not SipRequest request || !CanAnswer(request))
            return SipParseOutcome.Malformed;
        message = parsed;
        return start == StartLine.OtherVersion ? SipParseOutcome.UnsupportedVersion : SipParseOutcome.BadRequest;
    }

    internal static int LeadingLineBreaks(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOfAnyExcept((byte)'\r', (byte)'\n');
        return end < 0 ? bytes.Length : end;
    }

    /// <summary>Content-Length = 1*DIGIT, one value. False when it is anything else.</summary>
    internal static bool TryReadContentLength(SipHeaders headers, out int? length)
    {
        length = null;
        IReadOnlyList<string> values = headers.GetAll("Content-Length");
        if (values.Count == 0)
            return true;
        if (values.Count > 1 || !SipSyntax.TryParseNumber(values[0], int.MaxValue, out uint number))
            return false;
        length = (int)number;
        return true;
    }

    private enum StartLine
    {
        Good,
        Bad,
        OtherVersion,
    }

    private static StartLine ReadStartLine(ReadOnlySpan<byte> line, SipLimits limits, out SipMessage? message)
    {
        message = null;
        if (!TryDecode(line, out string text))
            return StartLine.Bad;
        if (text.StartsWith("SIP/", StringComparison.OrdinalIgnoreCase) && TryReadStatusLine(text, out message))
            return StartLine.Good;
        int first = text.IndexOf(' ', StringComparison.Ordinal);
        int last = text.TrimEnd(' ', '\t').LastIndexOf(' ');
        if (first <= 0 || last <= first || !SipSyntax.IsToken(text.AsSpan(0, first)))
            return StartLine.Bad;
        ReadOnlySpan<char> uri = text.AsSpan(first + 1, last - first - 1);
        ReadOnlySpan<char> version = text.AsSpan(last + 1);
        bool sip = version.StartsWith("SIP/", StringComparison.OrdinalIgnoreCase);
        if (!sip)
            return StartLine.Bad;
        bool good = uri.Length > 0 && uri.Length <= limits.MaxUri_bytes && IsRequestUri(uri);
        // An unreadable URI is not needed for the 400; the request gets a stand-in so that the type's rule holds.
        message = new SipRequest(SipMethods.Intern(text.AsSpan(0, first)).ToString(), good ? uri.ToString() : "sip:invalid.invalid");
        if (good && version.Equals("SIP/2.0", StringComparison.OrdinalIgnoreCase))
            return StartLine.Good;
        return IsVersion(version[4..]) && !version.Equals("SIP/2.0", StringComparison.OrdinalIgnoreCase)
            ? StartLine.OtherVersion
            : StartLine.Bad;
    }

    private static bool IsVersion(ReadOnlySpan<char> text)
    {
        int dot = text.IndexOf('.');
        return dot > 0 && dot < text.Length - 1 && !text[..dot].ContainsAnyExceptInRange('0', '9') &&
            !text[(dot + 1)..].ContainsAnyExceptInRange('0', '9');
    }

    private static bool IsRequestUri(ReadOnlySpan<char> text) =>
        SipUri.TryParse(text.ToString(), out SipUri? uri) && uri.UriHeaders is null;

    private static bool TryReadStatusLine(string text, [NotNullWhen(true)] out SipMessage? message)
    {
        message = null;
        if (!text.StartsWith("SIP/2.0 ", StringComparison.OrdinalIgnoreCase) || text.Length < 11 ||
            (text.Length > 11 && text[11] != ' ') || !SipSyntax.TryParseNumber(text.AsSpan(8, 3), 699, out uint status) || status < 100)
            return false;
        message = new SipResponse((int)status, text.Length > 12 ? text[12..] : "");
        return true;
    }

    /// <summary>Reads what it can; false when any line was faulty. Faulty lines are left out.</summary>
    private static bool ReadHeaders(ReadOnlySpan<byte> head, SipLimits limits, SipHeaders headers)
    {
        bool good = true;
        while (head.Length > 0)
        {
            int length = LogicalLine(head);
            ReadOnlySpan<byte> line = head[..length];
            head = head[Math.Min(length + 2, head.Length)..];
            if (headers.Count == limits.MaxHeaders)
                return false;
            good &= line.Length <= limits.MaxHeaderLine_bytes && TryReadHeader(line, limits, headers);
        }
        return good;
    }

    /// <summary>Length of a header line with its folded continuations, without the last CRLF.</summary>
    private static int LogicalLine(ReadOnlySpan<byte> head)
    {
        int length = 0;
        while (true)
        {
            int end = head[length..].IndexOf("\r\n"u8);
            if (end < 0)
                return head.Length;
            length += end;
            if (length + 2 >= head.Length || head[length + 2] is not ((byte)' ' or (byte)'\t'))
                return length;
            length += 2;
        }
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> line, SipLimits limits, SipHeaders headers)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0 || !TryDecode(line[..colon], out string name) || !TryDecode(line[(colon + 1)..], out string value))
            return false;
        if (limits.AllowWhiteSpaceBeforeColon)
            name = name.TrimEnd(' ', '\t');
        if (!SipSyntax.IsToken(name))
            return false;
        headers.AddParsed(SipHeaderNames.Normalise(name), value.Trim(' ', '\t'));
        return true;
    }

    /// <summary>UTF-8 with folds made one space; false for NUL, a bare CR or LF, or octets that are not UTF-8.</summary>
    private static bool TryDecode(ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        if (!Utf8.IsValid(bytes))
            return false;
        text = Encoding.UTF8.GetString(bytes);
        if (bytes.Contains((byte)0) && !SipSyntax.HasQuotedNulsOnly(text))
            return false;
        if (text.AsSpan().IndexOfAny('\r', '\n') < 0)
            return true;
        var unfolded = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\r' && i + 2 < text.Length && text[i + 1] == '\n' && SipSyntax.IsWhiteSpace(text[i + 2]))
            {
                while (i + 1 < text.Length && text[i + 1] is ' ' or '\t' or '\r' or '\n')
                {
                    i++;
                    if (text[i] == '\r' && (i + 1 >= text.Length || text[i + 1] != '\n'))
                        return false;
                    if (text[i] == '\n' && text[i - 1] != '\r')
                        return false;
                }
                unfolded.Append(' ');
            }
            else if (text[i] is '\r' or '\n')
                return false;
            else
                unfolded.Append(text[i]);
        }
        text = unfolded.ToString();
        return true;
    }

    private static bool IsWellFormed(SipMessage message)
    {
        SipHeaders headers = message.Headers;
        if (HasRepeatedSingles(headers) || message.CallId.Length == 0 || !message.CallId.All(IsCallIdCharacter) ||
            message.From is null || message.To is null || message.TopVia is null ||
            !SipMessage.TryParseCSeq(headers.Get("CSeq"), out var sequence))
            return false;
        foreach (string via in headers.GetAll("Via"))
        {
            if (!SipVia.TryParse(via, out SipVia? read) || read.Version != "2.0")
                return false;
        }
        foreach (string contact in headers.GetAll("Contact"))
        {
            if (contact != "*" && !NameAddress.TryParse(contact, out _))
                return false;
        }
        if (headers.Get("Max-Forwards") is { } hops && !SipSyntax.TryParseNumber(hops, 255, out _))
            return false;
        return message is not SipRequest request || request.Method == sequence.Method;
    }

    private static bool IsCallIdCharacter(char c) => c > ' ' && c != 127;

    private static bool HasRepeatedSingles(SipHeaders headers)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, _) in headers)
        {
            if (SipHeaderNames.IsSingle(name) && !seen.Add(name))
                return true;
        }
        return false;
    }

    /// <summary>A datagram's body may be followed by octets that are not the message's (RFC 3261 18.3), never be short.</summary>
    private static bool TryCutBody(SipHeaders headers, ref ReadOnlySpan<byte> body)
    {
        if (!TryReadContentLength(headers, out int? length))
            return false;
        if (length is not { } claimed)
            return true;
        if (claimed > body.Length)
            return false;
        body = body[..claimed];
        return true;
    }

    private static bool CanAnswer(SipRequest request) => request.TopVia is not null && request.Method != SipMethods.Ack;
}
