using System.Text;

namespace MediaEngine.Sip;

/// <summary>
/// Cuts messages out of a stream (RFC 3261 18.3). Content-Length is mandatory. After a framing error the rest of the stream
/// cannot be trusted: the connection must be closed.
/// </summary>
public static class SipFramer
{
    /// <summary>
    /// Looks at the start of <paramref name="buffer"/>. <paramref name="length"/> = octets to take for Message, Ping and Pong,
    /// 0 otherwise.
    /// </summary>
    public static SipFrameOutcome TryFrame(ReadOnlySpan<byte> buffer, SipLimits limits, out int length)
    {
        ArgumentNullException.ThrowIfNull(limits);
        length = 0;
        if (buffer.Length == 0)
            return SipFrameOutcome.NeedMore;
        if (buffer[0] is (byte)'\r' or (byte)'\n')
            return FrameLineBreaks(buffer, out length);
        int head = buffer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            // The end of the head may have begun: only one octet more says that it came too late.
            if (buffer.Length > limits.MaxHead_bytes + 1)
                return SipFrameOutcome.TooLarge;
            return LooksLikeSip(buffer) ? SipFrameOutcome.NeedMore : SipFrameOutcome.Broken;
        }
        if (head + 2 > limits.MaxHead_bytes)
            return SipFrameOutcome.TooLarge;
        if (!LooksLikeSip(buffer) || !TryFindContentLength(buffer[..(head + 2)], limits, out int body))
            return SipFrameOutcome.Broken;
        if (body > limits.MaxMessage_bytes - (head + 4))
            return SipFrameOutcome.TooLarge;
        if (buffer.Length < head + 4 + body)
            return SipFrameOutcome.NeedMore;
        length = head + 4 + body;
        return SipFrameOutcome.Message;
    }

    private static SipFrameOutcome FrameLineBreaks(ReadOnlySpan<byte> buffer, out int length)
    {
        length = 0;
        if (!"\r\n\r\n"u8.StartsWith(buffer[..Math.Min(4, buffer.Length)]))
        {
            if (!buffer.StartsWith("\r\n"u8))
                return SipFrameOutcome.Broken;
            length = 2;
            return SipFrameOutcome.Pong;
        }
        if (buffer.Length >= 4)
        {
            length = 4;
            return SipFrameOutcome.Ping;
        }
        if (buffer.Length == 2)
        {
            // The second half of a ping may still come: then both halves count as pongs and no answer is owed to either.
            length = 2;
            return SipFrameOutcome.Pong;
        }
        return SipFrameOutcome.NeedMore;
    }

    /// <summary>
    /// A first line that is neither a request nor a status line shows at once that the peer does not speak SIP; so does a control
    /// character near its start while it is incomplete.
    /// </summary>
    private static bool LooksLikeSip(ReadOnlySpan<byte> buffer)
    {
        int end = buffer.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> line = end < 0 ? buffer : buffer[..end];
        return line[..Math.Min(line.Length, 64)].IndexOfAnyInRange((byte)0, (byte)8) < 0 && (end < 0 || SipStartLine.NamesSip(line));
    }

    private static bool TryFindContentLength(ReadOnlySpan<byte> head, SipLimits limits, out int body)
    {
        body = 0;
        bool found = false;
        int lines = 0;
        while (head.Length > 0)
        {
            int end = head.IndexOf("\r\n"u8);
            if (end < 0)
                break;
            ReadOnlySpan<byte> line = head[..end];
            head = head[(end + 2)..];
            if (++lines > limits.MaxHeaders * 4)
                return false;
            int colon = line.IndexOf((byte)':');
            if (colon <= 0 || !IsContentLength(line[..colon].TrimEnd(" \t"u8)))
                continue;
            // A folded value would be read differently by a laxer peer: refused.
            bool folded = head.Length > 0 && head[0] is (byte)' ' or (byte)'\t';
            ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
            if (found || folded || value.Length is 0 or > 10 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9') ||
                !SipSyntax.TryParseNumber(Encoding.ASCII.GetString(value), int.MaxValue, out uint number))
                return false;
            found = true;
            body = (int)number;
        }
        return found;
    }

    private static bool IsContentLength(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "Content-Length"u8) || Ascii.EqualsIgnoreCase(name, "l"u8);
}
