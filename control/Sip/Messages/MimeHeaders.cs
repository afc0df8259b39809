using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace MediaEngine.Sip;

/// <summary>The header block and the transfer encodings of a body part (RFC 2045).</summary>
internal static class MimeHeaders
{
    public static bool TryRead(ReadOnlySpan<byte> part, int maxHeaders, SipHeaders headers, out int bodyStart)
    {
        bodyStart = 0;
        while (true)
        {
            int end = part[bodyStart..].IndexOf("\r\n"u8);
            if (end == 0)
            {
                bodyStart += 2;
                return true;
            }
            int lineEnd = end < 0 ? part.Length : bodyStart + end;
            if (end < 0 && bodyStart == part.Length)
                return true;
            while (lineEnd + 2 < part.Length && part[lineEnd + 2] is (byte)' ' or (byte)'\t')
            {
                int next = part[(lineEnd + 2)..].IndexOf("\r\n"u8);
                lineEnd = next < 0 ? part.Length : lineEnd + 2 + next;
            }
            if (headers.Count == maxHeaders || !TryReadLine(part[bodyStart..lineEnd], headers))
                return false;
            bodyStart = Math.Min(lineEnd + 2, part.Length);
        }
    }

    /// <summary>False for an encoding we do not know or content that is not in it.</summary>
    public static bool TryDecodeTransfer(string? encoding, ref ReadOnlyMemory<byte> content)
    {
        switch (encoding?.Trim().ToUpperInvariant())
        {
            case null or "" or "7BIT" or "8BIT" or "BINARY":
                return true;
            case "BASE64":
                byte[] decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(content.Length)];
                if (Base64.DecodeFromUtf8(content.Span, decoded, out int consumed, out int written) != System.Buffers.OperationStatus.Done ||
                    content.Span[consumed..].IndexOfAnyExcept(" \t\r\n"u8) >= 0)
                    return false;
                content = decoded.AsMemory(0, written);
                return true;
            case "QUOTED-PRINTABLE":
                return TryDecodeQuotedPrintable(ref content);
            default:
                return false;
        }
    }

    private static bool TryReadLine(ReadOnlySpan<byte> line, SipHeaders headers)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0 || !Utf8.IsValid(line) || line.Contains((byte)0))
            return false;
        string name = Encoding.UTF8.GetString(line[..colon]);
        string value = Encoding.UTF8.GetString(line[(colon + 1)..]).Replace("\r\n", "", StringComparison.Ordinal).Trim(' ', '\t');
        if (!SipSyntax.IsToken(name) || name.Length == 1 || !SipSyntax.IsValue(value))
            return false;
        headers.AddParsed(name, value);
        return true;
    }

    private static bool TryDecodeQuotedPrintable(ref ReadOnlyMemory<byte> content)
    {
        ReadOnlySpan<byte> text = content.Span;
        byte[] decoded = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '=')
                decoded[length++] = text[i];
            else if (text[(i + 1)..].StartsWith("\r\n"u8))
                i += 2;
            else if (i + 2 < text.Length && char.IsAsciiHexDigit((char)text[i + 1]) && char.IsAsciiHexDigit((char)text[i + 2]))
            {
                decoded[length++] = (byte)((Nibble(text[i + 1]) << 4) | Nibble(text[i + 2]));
                i += 2;
            }
            else
                return false;
        }
        content = decoded.AsMemory(0, length);
        return true;
    }

    private static int Nibble(byte c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
