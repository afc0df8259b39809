using System.Runtime.InteropServices;

namespace MediaEngine.Sip;

/// <summary>
/// Octets to messages (RFC 3261 7, 25). Never throws on what came from a wire. A message keeps one copy of its octets with an
/// index of its headers; strings are made when they are asked for.
/// </summary>
public static class SipParser
{
    private const int UsualHeaders = 48;
    private const int UsualHead_chars = 1024;

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
        ReadOnlySpan<byte> head = headEnd < 0 ? datagram : datagram[..(headEnd + 2)];
        if (head.Length > limits.MaxHead_bytes)
            return SipParseOutcome.TooLarge;
        var text = new SipHeadText(head, stackalloc char[UsualHead_chars]);
        int lineEnd = head.IndexOf("\r\n"u8);
        if (lineEnd <= 0 || !SipStartLine.TryRead(text, lineEnd, limits, out SipStartLine start))
            return SipParseOutcome.Malformed;

        var reader = new SipHeadReader(text, limits, stackalloc SipHeaderEntry[UsualHeaders]);
        var rules = new SipHeadRules(text);
        bool good = headEnd >= 0 & start.IsGood & reader.TryRead(lineEnd + 2) & rules.Check(reader.Entries, start.Method);
        // A datagram's body may be followed by octets that are not the message's (RFC 3261 18.3), never be short.
        int behindHead = datagram.Length - headEnd - 4;
        int body_bytes = rules.ContentLength ?? behindHead;
        good = good && body_bytes <= behindHead;
        if (good)
        {
            message = Keep(datagram[..(headEnd + 4 + body_bytes)], headEnd + 4, start, reader.Entries);
            return SipParseOutcome.Ok;
        }
        // A faulty ACK or response is never answered.
        if (!rules.TopViaIsReadable || start.Method is null or SipMethods.Ack)
            return SipParseOutcome.Malformed;
        message = Keep(head, head.Length, start, reader.Entries);
        return start.IsOtherVersion ? SipParseOutcome.UnsupportedVersion : SipParseOutcome.BadRequest;
    }

    internal static int LeadingLineBreaks(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOfAnyExcept((byte)'\r', (byte)'\n');
        return end < 0 ? bytes.Length : end;
    }

    private static SipMessage Keep(ReadOnlySpan<byte> octets, int bodyStart, in SipStartLine start, ReadOnlySpan<SipHeaderEntry> entries)
    {
        var layout = new ReceivedLayout(bodyStart, octets.Length - bodyStart, (octets.Length + 3) & ~3, entries.Length);
        SipMessage message = start.Method is not null ? Request(layout, start) : Response(layout, start);
        octets.CopyTo(message.Octets);
        MemoryMarshal.AsBytes(entries).CopyTo(message.Octets[layout.IndexStart..]);
        return message;
    }

    private static SipRequest Request(in ReceivedLayout layout, in SipStartLine start) => layout.Length_bytes switch
    {
        <= Octets1K.Length_bytes => new ReceivedRequest<Octets1K>(layout, start),
        <= Octets2K.Length_bytes => new ReceivedRequest<Octets2K>(layout, start),
        <= Octets4K.Length_bytes => new ReceivedRequest<Octets4K>(layout, start),
        _ => new LargeReceivedRequest(layout, start),
    };

    private static SipResponse Response(in ReceivedLayout layout, in SipStartLine start) => layout.Length_bytes switch
    {
        <= Octets1K.Length_bytes => new ReceivedResponse<Octets1K>(layout, start),
        <= Octets2K.Length_bytes => new ReceivedResponse<Octets2K>(layout, start),
        <= Octets4K.Length_bytes => new ReceivedResponse<Octets4K>(layout, start),
        _ => new LargeReceivedResponse(layout, start),
    };
}
