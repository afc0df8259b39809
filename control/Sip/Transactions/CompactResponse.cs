namespace MediaEngine.Sip;

/// <summary>A response of ours in fewer octets: compact header names (RFC 3261 7.3.3), no reason phrase, no Server.</summary>
internal static class CompactResponse
{
    private const int Status_bytes = 12;

    /// <summary>Rewrites what <see cref="SipMessage.ToBytes"/> gave.</summary>
    public static byte[] Of(ReadOnlySpan<byte> response)
    {
        int head = response.IndexOf("\r\n\r\n"u8);
        byte[] compact = new byte[response.Length];
        int length = 0;
        ReadOnlySpan<byte> lines = response[..(head + 2)];
        bool first = true;
        while (lines.Length > 0)
        {
            int end = lines.IndexOf("\r\n"u8);
            ReadOnlySpan<byte> line = lines[..end];
            lines = lines[(end + 2)..];
            if (first)
            {
                // SIP/2.0 and the status; the space after them stays (RFC 3261 25.1).
                Append(line[..Status_bytes]);
                Append("\r\n"u8);
                first = false;
                continue;
            }
            int colon = line.IndexOf((byte)':');
            ReadOnlySpan<byte> name = line[..colon];
            if (name.SequenceEqual("Server"u8))
                continue;
            ReadOnlySpan<byte> shorter = ShortOf(name);
            if (shorter.Length > 0)
            {
                Append(shorter);
                line = line[colon..];
            }
            Append(line);
            Append("\r\n"u8);
        }
        Append(response[(head + 2)..]);
        return compact[..length];

        void Append(ReadOnlySpan<byte> octets)
        {
            octets.CopyTo(compact.AsSpan(length));
            length += octets.Length;
        }
    }

    private static ReadOnlySpan<byte> ShortOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("Via"u8) ? "v"u8 :
        name.SequenceEqual("From"u8) ? "f"u8 :
        name.SequenceEqual("To"u8) ? "t"u8 :
        name.SequenceEqual("Call-ID"u8) ? "i"u8 :
        name.SequenceEqual("Contact"u8) ? "m"u8 :
        name.SequenceEqual("Supported"u8) ? "k"u8 :
        name.SequenceEqual("Content-Type"u8) ? "c"u8 :
        name.SequenceEqual("Content-Length"u8) ? "l"u8 : default;
}
