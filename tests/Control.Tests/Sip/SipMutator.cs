using System.Text;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>
/// Malformed messages in the manner of PROTOS c07-sip: an element of a good message (a name, a value, a delimiter, a whole
/// line, a body part) is replaced by an anomaly of its kind, or left out, repeated, moved. A function of the seed.
/// </summary>
internal sealed class SipMutator(int seed)
{
    private static readonly string[] Files =
        ["wsinv", "intmeth", "esc01", "escnull", "longreq", "dblreq", "semiuri", "mpart01", "unreason", "noreason", "inv2543", "cparam02"];

    private static readonly byte[][] Seeds =
    [
        SipText.Bytes(SipText.Minimal("INVITE", "Contact: \"A, B\" <sip:a@[2001:db8::1]:5060;transport=tcp>;expires=3600;" +
            "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt\", <sip:b@example.org>\nRoute: <sip:p;lr>\nRecord-Route: <sip:q;lr>\n" +
            "Authorization: Digest username=\"a\", realm=\"b\"\nWarning: 399 host \"148 x\"\nSession-Expires: 1800;refresher=uac\n" +
            "Event: presence;id=1\nRAck: 1 2 INVITE\nReason: SIP;cause=200;text=\"x\"\nResource-Priority: mcpttp.5\n" +
            "Subscription-State: active;expires=60\nRetry-After: 5 (busy);duration=60\n" +
            "Content-Type: multipart/mixed;boundary=b\nContent-Length: 20\n\n--b\r\n\r\nhello\r\n--b--\r\n")),
        SipText.Bytes(SipText.Minimal("INVITE", "Content-Type: multipart/mixed;boundary=\"o o\"\nContent-Length: 150\n\n--o o\r\n" +
            "Content-Type: multipart/related;boundary=i\r\n\r\n--i\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <a@b>\r\n\r\nSGk=\r\n--i--\r\n--o o--\r\n"
                .PadRight(150, ' '))),
        SipText.Bytes(SipText.Minimal("MESSAGE", "Subject: folded\n and more\nk: 100rel, timer\nContent-Length: 5\n\nhello")),
        SipText.Bytes(SipText.Minimal("REGISTER", "Contact: *\nExpires: 0\nl: 0\n\n")
            .Replace("REGISTER sip:service@example.org SIP/2.0", "SIP/2.0 200 OK", StringComparison.Ordinal)),
        .. Files.Select(Rfc4475Tests.Octets),
    ];

    private static readonly byte[][] Anomalies =
    [
        .. new[]
        {
            "", " ", "\t", "\r", "\n", "\r\n", "\r\n ", "\r\n\r\n", "\0", "\\", "\"", "\\\"", "<", ">", "<<<<", ">>>>", ";", ";;;;", ",", ",,,,", ":",
            "::::", "@", "@@", "?", "=", "==", "/", "%", "%0", "%00", "%zz", "%n%n%n%s%s%s", "*", "(", "sip:", "sip:@", "sips:", "tel:", "tel:+",
            "sip:a@b@c", "sip:[", "sip:[::1", "sip:[::1]]", "sip:a@[1::2::3]", "http://x", "0", "-1", "+1", "00000000000000000001", "255", "256",
            "65535", "65536", "2147483647", "2147483648", "4294967295", "4294967296", "18446744073709551616", "99999999999999999999999999999999",
            "1e9", "0x10", "1.5", "SIP/2.0", "sip/2.0", "SIP/3.0", "SIP/2.0/UDP", "SIP/2.0 200 OK", "z9hG4bK", "INVITE", "invite", "ACK", "CANCEL",
            "Content-Length: 0\r\n", "Content-Length: 99999\r\n", "l: 1\r\n", "Content-Length : 3\r\n", "Via: SIP/2.0/UDP a\r\n", "v:\r\n", "To: <sip:x>\r\n",
            "--b", "--b--", "\r\n--b\r\n", "\r\n--i--\r\n", "boundary=", "boundary=\"\"", "\u00e9", "\u65e5\u672c", "127.0.0.1", "999.999.999.999",
            "::1", "[::ffff:1.2.3.4]", ".", "..", "-", "a.b.", "*;a=b", "\"a\" \"b\"", "\"a\"b<sip:c>", "'", "`", "~", "^", "{}", "|",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0x80], [0xC3],
    ];

    private readonly Random _random = new(seed);

    /// <summary>Where an element may begin or end.</summary>
    private static bool IsDelimiter(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)':' or (byte)';' or (byte)',' or
        (byte)'=' or (byte)'<' or (byte)'>' or (byte)'"' or (byte)'@' or (byte)'/' or (byte)'.' or (byte)'[' or (byte)']' or (byte)'-';

    /// <summary>The good messages.</summary>
    public static IReadOnlyList<byte[]> Corpus => Seeds;

    public byte[] Next() => Next(Seeds[_random.Next(Seeds.Length)]);

    public byte[] Next(byte[] seed)
    {
        List<byte> message = [.. seed];
        for (int i = 1 + _random.Next(3) * _random.Next(2); i > 0 && message.Count > 0; i--)
            Mutate(message);
        return [.. message];
    }

    private void Mutate(List<byte> message)
    {
        (int from, int length) = _random.Next(3) == 0 ? Line(message) : Element(message);
        switch (_random.Next(12))
        {
            case < 5:
                message.RemoveRange(from, length);
                message.InsertRange(from, Anomaly());
                break;
            case 5:
                message.InsertRange(from, Anomaly());
                break;
            case 6:
                message.RemoveRange(from, length);
                break;
            case 7:
                byte[] repeated = [.. message.GetRange(from, length)];
                int times = _random.Next(8) == 0 ? Math.Min(300, 70_000 / (length + 1)) : 1;
                for (int i = 0; i < times; i++)
                    message.InsertRange(from, repeated);
                break;
            case 8:
                byte[] moved = [.. message.GetRange(from, length)];
                message.RemoveRange(from, length);
                message.InsertRange(_random.Next(message.Count + 1), moved);
                break;
            case 9:
                message[_random.Next(message.Count)] = (byte)_random.Next(256);
                break;
            case 10:
                message.InsertRange(from, Seeds[_random.Next(Seeds.Length)].AsSpan(0, 40));
                break;
            default:
                int cut = _random.Next(message.Count);
                message.RemoveRange(cut, message.Count - cut);
                break;
        }
    }

    private byte[] Anomaly()
    {
        byte[] anomaly = Anomalies[_random.Next(Anomalies.Length)];
        if (_random.Next(10) != 0)
            return anomaly;
        // A field overflow: the anomaly, or a letter, again and again.
        byte[] unit = anomaly.Length == 0 || _random.Next(2) == 0 ? "a"u8.ToArray() : anomaly;
        int[] lengths = [16, 255, 1024, 9000];
        return [.. Enumerable.Repeat(unit, 1 + lengths[_random.Next(lengths.Length)] / unit.Length).SelectMany(octets => octets)];
    }

    private (int From, int Length) Element(List<byte> message)
    {
        int from = _random.Next(message.Count);
        if (IsDelimiter(message[from]))
            return (from, 1);
        int to = from;
        while (from > 0 && !IsDelimiter(message[from - 1]))
            from--;
        while (to < message.Count && !IsDelimiter(message[to]))
            to++;
        return (from, to - from);
    }

    private (int From, int Length) Line(List<byte> message)
    {
        int from = _random.Next(message.Count);
        int to = from;
        while (from > 0 && message[from - 1] != '\n')
            from--;
        while (to < message.Count && message[to] != '\n')
            to++;
        return (from, Math.Min(to + 1, message.Count) - from);
    }
}
