using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace MediaEngine.Sip;

/// <summary>Messages to octets. Content-Length is always written, from the body.</summary>
public static class SipWriter
{
    private const int ContentLengthDigits = 10;

    public static void Write(SipMessage message, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(destination);
        int length = Measure(message);
        Write(message, destination.GetSpan(length)[..length]);
        destination.Advance(length);
    }

    /// <summary>The octets in an array of their length: the only allocation.</summary>
    internal static byte[] ToBytes(SipMessage message)
    {
        byte[] octets = new byte[Measure(message)];
        Write(message, octets);
        return octets;
    }

    internal static void Append(ref Span<byte> destination, ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(destination);
        destination = destination[octets.Length..];
    }

    internal static void Append(ref Span<byte> destination, string? text) =>
        destination = destination[Encoding.UTF8.GetBytes(text, destination)..];

    private static int Measure(SipMessage message) =>
        message.StartLineLength_bytes + message.Headers.Length_bytes + "Content-Length: \r\n\r\n"u8.Length + Digits(message.Body.Length) +
        message.Body.Length;

    private static void Write(SipMessage message, Span<byte> destination)
    {
        message.WriteStartLine(ref destination);
        message.Headers.Write(ref destination);
        Append(ref destination, "Content-Length: "u8);
        Append(ref destination, message.Body.Length);
        Append(ref destination, "\r\n\r\n"u8);
        message.Body.Span.CopyTo(destination);
    }

    internal static void Append(ref Span<byte> destination, int number)
    {
        Utf8Formatter.TryFormat(number, destination, out int digits);
        destination = destination[digits..];
    }

    private static int Digits(int number)
    {
        Span<byte> digits = stackalloc byte[ContentLengthDigits];
        Utf8Formatter.TryFormat(number, digits, out int length);
        return length;
    }
}
