using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace MediaEngine.Sip;

/// <summary>
/// The server's side of the HTTP request that opens a WebSocket for SIP (RFC 6455 4.2, RFC 7118 4). Pure: reads the head, gives the
/// answer's octets.
/// </summary>
internal static class WebSocketUpgrade
{
    public const string SubProtocol = "sip";
    public const int MaxHead_bytes = 8 * 1024;

    private const int Key_bytes = 16;
    private const string Version = "13";
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static readonly SearchValues<byte> Allowed =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c), (byte)'\r', (byte)'\n', (byte)'\t']);

    /// <summary>Null: more octets are needed. Else the answer, and whether it opens the WebSocket or refuses.</summary>
    /// <param name="head">What came so far.</param>
    /// <param name="accepted">True: the answer is 101.</param>
    public static byte[]? Answer(ReadOnlySpan<byte> head, out bool accepted)
    {
        accepted = false;
        int end = head.IndexOf("\r\n\r\n"u8);
        // What is no HTTP shows at once; so does what will not end.
        if (head.Length >= 4 && !head.StartsWith("GET "u8))
            return Refusal("405 Method Not Allowed", "Allow: GET");
        if (end < 0)
            return head.Length < MaxHead_bytes ? null : Refusal("431 Request Header Fields Too Large");
        // A client speaks again when it was answered.
        if (end + 4 > MaxHead_bytes || end + 4 != head.Length || !TryReadFields(head[..(end + 2)], out Dictionary<string, string>? fields))
            return Refusal("400 Bad Request");
        if (!HasToken(fields, "Upgrade", "websocket") || !HasToken(fields, "Connection", "Upgrade"))
            return Refusal("426 Upgrade Required", $"Upgrade: websocket\r\nSec-WebSocket-Version: {Version}");
        if (fields.GetValueOrDefault("Sec-WebSocket-Version") != Version)
            return Refusal("426 Upgrade Required", $"Sec-WebSocket-Version: {Version}");
        string key = fields.GetValueOrDefault("Sec-WebSocket-Key") ?? "";
        Span<byte> octets = stackalloc byte[32];
        if (!fields.ContainsKey("Host") || key.Length > 32 || !Convert.TryFromBase64String(key, octets, out int length) || length != Key_bytes ||
            !HasToken(fields, "Sec-WebSocket-Protocol", SubProtocol))
            return Refusal("400 Bad Request");
        accepted = true;
        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {AcceptOf(key)}\r\n" +
            $"Sec-WebSocket-Protocol: {SubProtocol}\r\n\r\n");
    }

    private static bool TryReadFields(ReadOnlySpan<byte> head, [NotNullWhen(true)] out Dictionary<string, string>? fields)
    {
        fields = null;
        if (head.ContainsAnyExcept(Allowed))
            return false;
        string[] lines = Encoding.ASCII.GetString(head).Split("\r\n");
        string[] start = lines[0].Split(' ');
        if (start.Length != 3 || start[1].Length == 0 || start[2] != "HTTP/1.1")
            return false;
        var read = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        // The last line is empty: the head ends with a line break.
        foreach (string line in lines.AsSpan(1, lines.Length - 2))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line.AsSpan(0, colon).ContainsAny(" \t\r\n") || line.AsSpan().ContainsAny("\r\n"))
                return false;
            string name = line[..colon], value = line[(colon + 1)..].Trim(' ', '\t');
            read[name] = read.TryGetValue(name, out string? before) ? $"{before}, {value}" : value;
        }
        // A body would be taken for frames.
        if (read.ContainsKey("Transfer-Encoding") || (read.TryGetValue("Content-Length", out string? body) && body != "0"))
            return false;
        fields = read;
        return true;
    }

    private static bool HasToken(Dictionary<string, string> fields, string name, string token) =>
        fields.TryGetValue(name, out string? list) &&
        list.Split(',').Any(value => value.AsSpan().Trim(" \t").Equals(token, StringComparison.OrdinalIgnoreCase));

    [SuppressMessage("Security", "CA5350", Justification = "RFC 6455 4.2.2 names SHA-1; nothing secret depends on it.")]
    private static string AcceptOf(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));

    private static byte[] Refusal(string status, string? field = null) =>
        Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{(field is null ? "" : field + "\r\n")}Connection: close\r\nContent-Length: 0\r\n\r\n");
}
